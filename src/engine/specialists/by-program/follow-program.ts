import { Fault } from '../../../base/fault.ts';
import type { AgentEvent } from '../../../domain/agent-programs/agent-event.ts';
import { emptyTally, type ProgramTally, tallied } from '../../../domain/agent-programs/program-tally.ts';
import type { Message } from '../../../domain/conversations/message.ts';
import { durationText } from '../../../domain/definitions/units.ts';
import { row } from '../../../domain/journal/kinds.ts';
import type { ProgramWork } from '../../../ports/index.ts';
import type { Engine } from '../../engine.ts';
import { preserveAttempt } from '../../tasks/preserve.ts';
import { runOf } from '../../tasks/task-view.ts';
import { createSilence } from '../by-model/silence.ts';
import type { WorkOrder } from '../order.ts';

/** Characters of one line of a transcript, and lines of all: a program may print whole files, over and over. */
const mostChars = 20_000;
const mostLines = 5_000;

type Ended = Extract<AgentEvent, { kind: 'ended' }>;

/**
 * Starts a program and follows what it says to its end: into the transcript, and into rows when it begins and ends. No line of it is obeyed.
 * Faults: `AGENT_TURNS` when it used more tools than its agent may have answers, `AGENT_SILENT`; the program is stopped then.
 */
export async function followProgram(
  engine: Engine,
  order: WorkOrder,
  { work, hidden, onTally }: { work: ProgramWork; hidden: readonly string[]; onTally(tally: ProgramTally): void },
): Promise<Ended> {
  const { conversation } = order;
  await engine.transcripts.append(conversation, { role: 'user', text: work.prompt });
  let nLines = 0;
  let tally = emptyTally;
  const silence = createSilence(engine, order);
  const unwalled = runOf(engine, order.parts.run).options.unsandboxed === true ? { unwalled: true as const } : {};

  const follow = async (signal: AbortSignal): Promise<Ended> => {
    for await (const event of engine.outside.agentPrograms.work(work, { signal, ...unwalled })) {
      silence.sign();
      tally = tallied(tally, event);
      onTally(tally);
      if (event.kind === 'turn') requireBudget(order, work, tally);
      if (event.kind === 'walled') await writeStarted(engine, order, { work, hidden, event });
      const message = messageOf(event);
      if (message !== undefined && (nLines += 1) <= mostLines) await engine.transcripts.append(conversation, message);
      if (tally.nTools > order.agent.maxTurns) throw tooMany(order, tally);
      if (event.kind !== 'ended') continue;
      await writeEnded(engine, order, { work, tally, ended: event });
      return event;
    }
    throw signal.reason instanceof Fault ? signal.reason : new Error('a program was followed to no end');
  };

  return (await silence.guard(follow)) ?? Promise.reject(await tooSilent(engine, order));
}

/** It takes no word from us while it works, so that it cannot be asked: what it did is kept, and a person is. */
async function tooSilent(engine: Engine, { agent, parts, task }: WorkOrder): Promise<Fault> {
  const { run, attempt } = parts;
  const kept = await preserveAttempt(engine, { run, task, attempt });
  const span = durationText(agent.silenceMs);
  return new Fault('AGENT_SILENT', `The program of ${agent.id} gave no sign of life for ${span}, and was stopped.`, {
    state: `${kept === undefined ? 'Its files are in the slot as they were' : `Its files are kept: ${kept.ref}`}; the branch and production are as they were.`,
    hints: [
      `orchestrate runs show ${run} --transcript`,
      `orchestrate runs resume ${run}   (begins anew on its files)`,
      `orchestrate runs cancel ${run}`,
    ],
  });
}

async function writeStarted(
  engine: Engine,
  { conversation, parts }: WorkOrder,
  given: {
    work: ProgramWork;
    hidden: readonly string[];
    event: Extract<AgentEvent, { kind: 'walled' }>;
  },
): Promise<void> {
  const { work, hidden, event } = given;
  const { runner, program, version, login } = work.found;
  const { level, by, egress, loopback } = event;
  const started = {
    ...{ conversation, attempt: parts.attempt, runner, program, version, login, hidden },
    ...{ wall: level, by, ownSandbox: 'off' as const, egress, loopback },
  };
  await engine.ledger.append([row('program.started', started, { run: parts.run, keys: [`program:${conversation}`] })]);
}

async function writeEnded(
  engine: Engine,
  { conversation, parts }: WorkOrder,
  { work, tally, ended }: { work: ProgramWork; tally: ProgramTally; ended: Ended },
): Promise<void> {
  const { exitCode, signal, limit } = ended;
  const { turns, nTools, nUnread, session } = tally;
  const { runner } = work.found;
  const data = {
    ...{ conversation, attempt: parts.attempt, runner, session, exitCode },
    signal,
    limit,
    turns,
    nTools,
    nUnread,
  };
  await engine.ledger.append([row('program.ended', data, { run: parts.run, keys: [`program:${conversation}`] })]);
}

/** One that cannot be told what it may spend is stopped as soon as it says that it spent more. Fault `BUDGET_REACHED`. */
function requireBudget({ agent, parts }: WorkOrder, { budgetMicroUsd, found }: ProgramWork, tally: ProgramTally): void {
  const { costMicroUsd, turns } = tally;
  if (budgetMicroUsd === null || costMicroUsd === null || costMicroUsd <= budgetMicroUsd) return;
  if (found.login === 'subscription') return;
  throw new Fault('BUDGET_REACHED', `${agent.id} used up what it may spend, and was stopped.`, {
    hints: [`orchestrate runs resume ${parts.run} --budget <usd>`, 'orchestrate cost'],
    state: 'Its files are in the slot; the branch and production are as they were.',
    data: { nTurns: turns },
  });
}

function tooMany({ agent, parts }: WorkOrder, { nTools }: ProgramTally): Fault {
  return new Fault(
    'AGENT_TURNS',
    `${agent.id} used ${nTools} tools and is not done; its file allows ${agent.maxTurns}.`,
    {
      hints: [
        `orchestrate runs show ${parts.run} --transcript`,
        `orchestrate runs resume ${parts.run}   (lets it go on from its files)`,
        `orchestrate runs cancel ${parts.run}`,
      ],
      state: 'Its files are in the slot; the branch and production are as they were.',
      data: { nTurns: nTools },
    },
  );
}

function messageOf(event: AgentEvent): Message | { role: 'note'; text: string } | undefined {
  switch (event.kind) {
    case 'text':
      return { role: 'model', text: cut(event.text), calls: [] };
    case 'tool':
      return { role: 'model', text: '', calls: [{ id: event.id, name: event.name, arguments: cut(event.input) }] };
    case 'tool-result':
      return { role: 'tools', results: [{ id: event.id, isError: event.isError, text: cut(event.text) }] };
    case 'failed':
      return { role: 'note', text: `It says that it failed: ${cut(event.why)}` };
    case 'unread':
      return { role: 'note', text: `It wrote something else: ${cut(event.text)}` };
    case 'walled':
    case 'began':
    case 'turn':
    case 'sums':
    case 'ended':
      return undefined;
  }
}

const cut = (text: string): string =>
  text.length <= mostChars ? text : `${text.slice(0, mostChars).toWellFormed()} … (${text.length} characters)`;
