import { commands, type NamedRunner } from '../../domain/agent-programs/commands.ts';
import type { App } from '../app.ts';
import { attempt, good, type DoctorCheck } from './_doctor-check.ts';

/**
 * Looks for programs that may work for agents, each with its version and who pays. None has to be there. One of the Agent Client Protocol is
 * named in its agent's file: the plan of a run looks for it.
 */
export const checkAgentPrograms = (app: App): Promise<readonly DoctorCheck[]> =>
  Promise.all(
    Object.entries(commands).map(([runner, { command, login }]) =>
      attempt(command, async () => {
        const found = await app.outside.agentPrograms.find(runner as NamedRunner);
        if (found === undefined) return good(command, 'not on PATH: no agent can work with it');
        const { program, version, login: pays } = found;
        const by = `${version ?? 'of a version that it does not tell'}, ${program}`;
        return pays === 'none' ? good(command, `not logged in (${by})`, login) : good(command, `${pays ?? ''} (${by})`);
      }),
    ),
  );
