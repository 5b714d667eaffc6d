import { faultRecord } from '../../base/fault.ts';
import { asCommitId } from '../../base/ids.ts';
import { row } from '../../domain/journal/kinds.ts';
import { proposedCommit } from '../changes/draft.ts';
import type { Engine } from '../engine.ts';
import { requireLease, snapshotSlot } from './slot.ts';
import { planOf } from './task-view.ts';

/** Where the files of an attempt that died are kept. */
export const preservedRef = (attempt: string): string => `refs/orchestrate/edits/${attempt}`;

/**
 * Keeps the files of the run's slot as they are now, before anything else happens to them, and writes down where. What cannot
 * be stored stays in the slot, and the row says why. A repeat keeps the newest.
 */
export async function preserveAttempt(
  engine: Engine,
  { run, task, attempt }: { run: string; task: string; attempt: string },
): Promise<{ readonly ref: string; readonly tree: string } | undefined> {
  const lease = requireLease(engine, run);
  const keys = [`preserved:${attempt}`];
  const common = { task, attempt, slot: lease.slot };
  try {
    const tree = await snapshotSlot(engine, lease);
    const to = await proposedCommit(engine, asCommitId(planOf(engine, run).base), tree);
    const ref = preservedRef(attempt);
    const from = (await engine.store.findRef(ref)) ?? null;
    if (from !== to) await engine.store.updateRefs([{ ref, from, to }]);
    await engine.ledger.append([row('attempt.preserved', { ...common, ref, tree, reason: null }, { run, keys })]);
    return { ref, tree };
  } catch (error) {
    const { code, message } = faultRecord(error);
    if (code === 'EPOCH_OLD') throw error;
    await engine.ledger.append([
      row('attempt.preserved', { ...common, ref: null, tree: null, reason: message }, { run, keys }),
    ]);
    return undefined;
  }
}
