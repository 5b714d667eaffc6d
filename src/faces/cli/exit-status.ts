import type { RunView } from '../../app/views/run-view.ts';
import { exitCodes } from '../../base/fault-kinds.ts';

const WAITING = exitCodes.waiting;
const FAILED = exitCodes.user;

/** Returns the exit status of a command that followed a run: how the run ended, or 7 when a person has to decide. */
export function exitStatusOfRun({ state, fault, waiting }: Pick<RunView, 'state' | 'fault' | 'waiting'>): number {
  if (waiting !== null) return WAITING;
  if (state === 'done') return 0;
  if (state === 'failed' || state === 'rolledBack') return fault === null ? FAILED : exitCodes[fault.kind];
  if (state === 'cancelled') return FAILED;
  // It neither ended nor waits for somebody we know of: it is queued behind something.
  return WAITING;
}

/** Returns the exit status of any other answer: 1 when it says `ok: false`. */
export function exitStatusOf(output: unknown): number {
  const isBad = typeof output === 'object' && output !== null && 'ok' in output && output.ok === false;
  return isBad ? FAILED : 0;
}
