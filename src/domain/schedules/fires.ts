import type { FaultRecord } from '../../base/fault.ts';

/** What came of a run that a schedule started. `nothing`: there was nothing to do, which is no failure. */
type FireOutcome = 'running' | 'done' | 'nothing' | 'failed' | 'cancelled';

/** Returns what came of a run, from the state in which it was closed and why it failed. */
export function fireOutcome(closedAs: string | undefined, fault: FaultRecord | null): FireOutcome {
  if (closedAs === undefined) return 'running';
  if (closedAs === 'done') return 'done';
  if (closedAs === 'cancelled') return 'cancelled';
  return fault?.code === 'NOTHING_TO_DO' ? 'nothing' : 'failed';
}

/** Returns the runs that failed since the last one that did not, the newest first. What a person called off says nothing. */
export function failuresInARow(
  newestFirst: Iterable<{ readonly run: string; readonly outcome: FireOutcome }>,
): readonly string[] {
  const failed: string[] = [];
  for (const { run, outcome } of newestFirst) {
    if (outcome === 'done' || outcome === 'nothing') break;
    if (outcome === 'failed') failed.push(run);
  }
  return failed;
}
