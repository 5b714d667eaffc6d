import { Fault } from '../../../base/fault.ts';
import type { AgentEvent } from '../../../domain/agent-programs/agent-event.ts';
import {
  isProgramRunner,
  type FoundProgram,
  type ProgramRunner,
} from '../../../domain/agent-programs/agent-program.ts';
import { emptyTally, type ProgramTally } from '../../../domain/agent-programs/program-tally.ts';
import { markOf } from '../../context.ts';
import type { Engine } from '../../engine.ts';
import { requireRoom } from '../../spending/require-room.ts';
import { preserveAttempt } from '../../tasks/preserve.ts';
import { runOf } from '../../tasks/task-view.ts';
import { openAttemptSocket } from '../attempt-socket.ts';
import { taskText } from '../by-model/task-text.ts';
import type { Worked, WorkOrder } from '../order.ts';
import { endedWell } from './ended-well.ts';
import { extrasOf } from './extras-of.ts';
import { followProgram } from './follow-program.ts';
import { programText } from './program-text.ts';
import { requireProgram } from './require-program.ts';
import { type AskedServer, serverOf } from './server-of.ts';
import { costOfProgram, mostFor, type Payer, spenderOf, writeSpent } from './spend.ts';
import { makeWorkFolder } from './work-folder.ts';

/** What a program and all that it starts may have; a coding agent with a compiler stays below it. */
const limits = {
  memoryBytes: 4 * 1024 ** 3,
  processes: 256,
  // Lines of events; more is a program that writes what nobody reads.
  outputBytes: 64 * 1024 ** 2,
  temporaryBytes: 1024 ** 3,
};

/**
 * Lets a program of its own do the work, in the slot and behind the wall. A repeat after a kill or a pause starts it anew on the files as they are.
 * Faults: `AGENT_PROGRAM_MISSING`, `AGENT_PROGRAM_LOGIN`, `AGENT_PROGRAM_FAILED`, `AGENT_TURNS`, `AGENT_SILENT`, `BUDGET_REACHED`, those of walls.
 */
export async function workByProgram(engine: Engine, order: WorkOrder): Promise<Worked> {
  const { agent, parts, signal } = order;
  const runner = runnerOf(engine, order);
  const found = await requireProgram(engine, { runner, agent });
  const asked = serverOf(engine, { runner, agent });
  const isSubscription = asked.server === null && found.login === 'subscription';
  const payer: Payer = { runner, provider: asked.provider, model: asked.model, isSubscription };
  requireRoom(engine, spenderOf(engine, order, payer));
  let tally = emptyTally;
  const onTally = (now: ProgramTally): void => void (tally = now);
  try {
    const most = mostFor(engine, order, payer);
    const ended = await workInFolder(engine, order, { runner, found, asked, most, onTally });
    endedWell(engine, { order, found, tally, ended });
  } catch (error) {
    // Its time is over: what it did is kept before anything else happens to the slot.
    if (signal.reason instanceof Fault && signal.reason.code === 'PROCESS_TIMEOUT')
      await preserveAttempt(engine, { run: parts.run, task: order.task, attempt: parts.attempt });
    throw error;
  } finally {
    await writeSpent(engine, order, { tally, payer });
  }
  const { usage, turns, model, lastText } = tally;
  const words = { summary: lastText, evidence: [], outcome: null };
  return { ...words, provider: asked.provider, model, turns, usage, ...costOfProgram(engine, tally, payer) };
}

interface Given {
  readonly runner: ProgramRunner;
  readonly found: FoundProgram;
  readonly asked: AskedServer;
  readonly most: number | null;
  onTally(tally: ProgramTally): void;
}

async function workInFolder(
  engine: Engine,
  order: WorkOrder,
  { runner, found, asked, most, onTally }: Given,
): Promise<Extract<AgentEvent, { kind: 'ended' }>> {
  const { agent, parts } = order;
  const folder = await makeWorkFolder(engine, order, runner);
  const socket = await openAttemptSocket(engine, order);
  try {
    const work = {
      found,
      prompt: await promptOf(engine, order),
      instructions: programText(engine, order),
      model: asked.model,
      dir: order.slotDir,
      covers: folder.covers,
      gitDir: folder.gitDir,
      toolSocket: socket.path,
      server: asked.server,
      hosts: agent.hosts,
      extras: extrasOf(agent),
      budgetMicroUsd: most,
      limits: { ...limits, wallMs: agent.maxMinutes * 60_000 },
      mark: markOf(engine, parts.attempt),
    };
    return await followProgram(engine, order, { work, hidden: folder.hidden, onTally });
  } finally {
    await socket.close();
    await folder.remove();
  }
}

function runnerOf(engine: Engine, { agent, parts }: WorkOrder): ProgramRunner {
  const runner = runOf(engine, parts.run).options.runner ?? agent.runner;
  if (!isProgramRunner(runner)) throw new Error(`${runner} is no program of its own`);
  return runner;
}

/** After a try that was cut off it is told so: what it finds may be half of its own work. */
async function promptOf(engine: Engine, order: WorkOrder): Promise<string> {
  const text = await taskText(engine, order);
  const isFirst = (await engine.transcripts.read(order.conversation)).length === 0;
  return isFirst ? text : `${text}\n\n${cutOff}`;
}

const cutOff =
  'You began this before and were stopped. The files are as you left them: look at what is there, and go on.';
