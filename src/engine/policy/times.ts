import { dataOf } from '../../domain/journal/kinds.ts';
import type { InForce, Times } from '../../domain/policy/merge-time.ts';
import { noRules } from '../../domain/policy/rules.ts';
import type { Freeze, MergeWindow } from '../../domain/policy/windows.ts';
import type { EngineContext } from '../context.ts';

type TimesContext = Pick<EngineContext, 'ledger' | 'config' | 'outside'>;

/** Windows and freezes that are in force: those of `orchestrate.yaml`, and those that a command added and none removed. */
export function timesOf(context: TimesContext): Times {
  const { windows, freezes } = context.config.policy.rules ?? noRules;
  const zone = context.outside.host.timeZone;
  const added = addedTimes(context);
  return {
    windows: [
      ...windows.map(({ at, ...entry }) => ({
        id: at,
        entry: { ...entry, zone: entry.zone ?? zone },
        reason: null,
        at,
      })),
      ...added.flatMap(({ entry, ...one }) => (entry.kind === 'window' ? [{ ...one, entry }] : [])),
    ],
    freezes: [
      ...freezes.map(({ at, reason, ...entry }) => ({
        id: at,
        entry: { ...entry, zone: entry.zone ?? zone },
        reason,
        at,
      })),
      ...added.flatMap(({ entry, ...one }) => (entry.kind === 'freeze' ? [{ ...one, entry }] : [])),
    ],
  };
}

function addedTimes({ ledger }: TimesContext): readonly InForce<MergeWindow | Freeze>[] {
  const found = new Map<string, InForce<MergeWindow | Freeze>>();
  for (const entry of ledger.read({ key: 'windows' })) {
    const added = dataOf('window.added', entry);
    if (added) found.set(added.id, { id: added.id, entry: added.entry, reason: added.reason, at: `#${entry.seq}` });
    const removed = dataOf('window.removed', entry);
    if (removed) found.delete(removed.id);
  }
  return [...found.values()];
}
