import { Fault } from '../../../base/fault.ts';
import type { AgentEvent } from '../../../domain/agent-programs/agent-event.ts';
import type { FoundProgram } from '../../../domain/agent-programs/agent-program.ts';
import type { ProgramTally } from '../../../domain/agent-programs/program-tally.ts';
import type { Engine } from '../../engine.ts';
import type { WorkOrder } from '../order.ts';

/** Characters of a program's own words in a fault. */
const mostWords = 500;

const state = 'Its files are in the slot; the branch and production are as they were.';

/** Refuses what a program did not end by itself, with success. Faults: `AGENT_PROGRAM_FAILED`, `BUDGET_REACHED`. */
export function endedWell(
  engine: Engine,
  given: {
    readonly order: WorkOrder;
    readonly found: FoundProgram;
    readonly tally: ProgramTally;
    readonly ended: Extract<AgentEvent, { kind: 'ended' }>;
  },
): void {
  const { order, found, tally, ended } = given;
  const { run } = order.parts;
  if (ended.limit === null && ended.exitCode === 0 && tally.failure === null) return;
  const hints = [`orchestrate runs show ${run} --transcript`, `orchestrate runs resume ${run}`];
  // Claude Code 2.1 names it so when `--max-budget-usd` is used up.
  if (tally.failure === 'error_max_budget_usd')
    throw new Fault('BUDGET_REACHED', `${order.agent.id} used up what its file lets it spend on one step.`, {
      hints,
      state,
      data: { nTurns: tally.turns },
    });
  const words = engine.outside.secrets.text(tally.failure ?? ended.errorText).trim();
  throw new Fault(
    'AGENT_PROGRAM_FAILED',
    `${found.program} ${howOf(ended)}${words === '' ? '' : `. It says: ${words.slice(-mostWords).toWellFormed()}`}`,
    { hints, state, data: { runner: found.runner, exitCode: ended.exitCode, limit: ended.limit } },
  );
}

function howOf({ limit, exitCode, signal }: Extract<AgentEvent, { kind: 'ended' }>): string {
  switch (limit) {
    case 'time':
      return 'took longer than it may, and was stopped';
    case 'output':
      return 'wrote more than it may, and was stopped';
    case 'memory':
      return 'needed more memory than it may have, and was stopped';
    case 'processes':
      return 'started more programs than it may, and was stopped';
    case 'disk':
      return 'left too little of the disk, and was stopped';
    case null:
      if (signal !== null) return `was ended by ${signal}`;
      return exitCode === 0 ? 'says that it failed' : `ended with status ${exitCode}`;
  }
}
