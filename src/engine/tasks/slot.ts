import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import type { Engine } from '../engine.ts';
import type { SlotLease } from '../leases/slots.ts';

/** The run's lease on a slot. A run without one is a bug. */
export function requireLease(engine: Engine, run: string): SlotLease {
  const lease = engine.leases.find(run);
  if (!lease || lease.slot === null || lease.homePort === null) throw new Error(`${run} holds no slot`);
  return { ...lease, slot: lease.slot, homePort: lease.homePort };
}

export const slotDir = (engine: Engine, lease: SlotLease): string => `${engine.paths.trees}/${lease.slot}`;

/** Takes the slot's files into the store. Fault `TREE_REFUSED` for what cannot be stored. */
export async function snapshotSlot(engine: Engine, lease: SlotLease): Promise<GitTreeId> {
  const taken = await engine.store.snapshot({
    dir: slotDir(engine, lease),
    limits: snapshotLimits,
    skip: engine.template.skipInSlot,
    cacheKey: `slot:${lease.slot}`,
  });
  if (taken.kind === 'taken') return taken.tree;
  const { path, reason } = taken.refused[0] ?? { path: '?', reason: '?' };
  throw new Fault('TREE_REFUSED', `${lease.slot} holds something that cannot be stored: ${path} (${reason}).`, {
    hints: [`Look at ${slotDir(engine, lease)}, take it away, then: orchestrate runs resume ${lease.run}`],
    state: 'The branch and production are as they were.',
    data: { refused: taken.refused },
  });
}
