import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { isUp, lookAt } from '../instances/watch.ts';
import { noteHidden, type ShownSlot } from './show-slot.ts';

/** What shows slots now, by instance and row: also what an earlier supervisor started. */
export function shownSlots({ host, ledger }: Engine): readonly { readonly shown: ShownSlot; readonly state: string }[] {
  return host
    .all('instance')
    .filter(({ state }) => state !== 'stopped' && state !== 'stopping')
    .flatMap(({ subject, state }) => {
      const shown = dataOf('slot.shown', ledger.latest(`shown-by:${subject}`));
      return shown === undefined ? [] : [{ shown, state }];
    });
}

/** Stops what shows a slot when its time is over, and tells one that ended by itself. Does not wait for the stop. */
export async function watchShown(engine: Engine): Promise<void> {
  for (const { shown, state } of shownSlots(engine)) {
    const { instance, untilMs, forMs } = shown;
    // A clock that was set back does not give it more than was asked for.
    const leftMs = Math.min(untilMs - engine.outside.clock.nowMs(), forMs);
    if (leftMs <= 0) {
      await noteHidden(engine, shown, 'time');
      await engine.host.send(instance, { type: 'STOP' });
      continue;
    }
    if (!isUp(state)) continue;
    const found = await lookAt(engine, instance);
    if (found.kind !== 'gone') continue;
    await noteHidden(engine, shown, 'ended');
    await engine.host.send(instance, { type: 'GONE', fault: found.fault });
  }
}
