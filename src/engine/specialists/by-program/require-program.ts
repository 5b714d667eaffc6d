import { Fault } from '../../../base/fault.ts';
import type { FoundProgram, ProgramRunner } from '../../../domain/agent-programs/agent-program.ts';
import { commands } from '../../../domain/agent-programs/commands.ts';
import type { Agent } from '../../../domain/definitions/types.ts';
import type { EngineContext } from '../../context.ts';
import { serverOf } from './server-of.ts';

/**
 * Finds the program of an agent on this machine, logged in unless it asks a server that the configuration names.
 * Faults: `AGENT_PROGRAM_MISSING`, `AGENT_PROGRAM_LOGIN`, those of `serverOf`. Starts the program once, for its version.
 */
export async function requireProgram(
  context: Pick<EngineContext, 'outside' | 'config'>,
  {
    runner,
    agent,
  }: { runner: ProgramRunner; agent: Pick<Agent, 'id' | 'file' | 'model' | 'runner' | 'program' | 'args'> },
): Promise<FoundProgram> {
  const program = ownProgramOf(agent, runner);
  const command = program === null ? undefined : [program, ...agent.args];
  const found = await context.outside.agentPrograms.find(runner, command === undefined ? {} : { command });
  if (found === undefined) throw missing(runner, agent);
  const { server } = serverOf(context, { runner, agent });
  if (found.login === 'none' && server === null)
    throw new Fault('AGENT_PROGRAM_LOGIN', `${found.program} is not logged in, and ${agent.id} is to work with it.`, {
      hints: [runner === 'acp' ? 'Log in with the program itself.' : commands[runner].login, 'orchestrate doctor'],
      state: 'Nothing was started.',
      data: { runner, program: found.program },
    });
  return found;
}

/** Another runner than the file's, by word of a person: the file's program is not the one that is meant. */
const ownProgramOf = (agent: Pick<Agent, 'runner' | 'program'>, runner: ProgramRunner): string | null =>
  agent.runner === runner ? agent.program : null;

function missing(runner: ProgramRunner, agent: Pick<Agent, 'id' | 'file' | 'runner' | 'program'>): Fault {
  const name =
    runner === 'acp' ? ownProgramOf(agent, runner) : (ownProgramOf(agent, runner) ?? commands[runner].command);
  if (name === null)
    return new Fault('AGENT_PROGRAM_MISSING', `${agent.id} names no program that speaks the Agent Client Protocol.`, {
      hints: [`Write program: <name> into ${agent.file}, or choose another runner.`],
      state: 'Nothing was started.',
      data: { runner },
    });
  return new Fault('AGENT_PROGRAM_MISSING', `${agent.id} works with ${name}, which is not on PATH.`, {
    hints: [...(runner === 'acp' ? [] : [`npm install --global ${commands[runner].install}`]), 'orchestrate doctor'],
    state: 'Nothing was started.',
    data: { runner, program: name },
  });
}
