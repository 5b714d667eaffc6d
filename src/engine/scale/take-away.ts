import type { Engine } from '../engine.ts';
import { acceptFingerprint, findTampering } from '../tasks/tamper.ts';
import { type FoundSlot, whyKept } from './spare.ts';

export type TakenAway =
  | { readonly kind: 'gone'; readonly slot: string; readonly trash: string }
  | { readonly kind: 'left'; readonly slot: string; readonly reason: string };

/**
 * Moves a slot that nobody needs to trash; one that somebody does stays, and the reason is told. `key` names this very
 * occasion. A repeat is safe: what is in trash already is found gone.
 */
export async function takeAwaySlot(
  engine: Engine,
  slot: FoundSlot,
  options: { readonly key: string; readonly branch: string },
): Promise<TakenAway> {
  const { name } = slot;
  const trash = `${engine.paths.trash}/${options.key.replaceAll(':', '-')}`;
  const isHalf = slot.state !== 'linked';
  const holder = engine.leases.holderOf(name);
  const reason = isHalf
    ? holder && `${holder} works in it`
    : await whyKept(engine, slot, { holder, branch: options.branch });
  if (reason !== undefined) return { kind: 'left', slot: name, reason };
  if ((await findTampering(engine)).length > 0)
    return {
      kind: 'left',
      slot: name,
      reason: 'git files of home were changed by somebody else: see orchestrate doctor',
    };
  return engine.perform<TakenAway & { kind: 'gone' }>(
    { key: options.key, name: 'move the slot to trash', input: { slot: name, trash }, run: null },
    {
      act: async () => {
        await engine.home.removeSlot({ slot: { name, dir: `${engine.paths.trees}/${name}` }, trashDir: trash });
        // Within the effect, as with a slot that is made: our own work must not look like somebody else's.
        await acceptFingerprint(engine, { kind: 'program', name: 'slot' }, null);
        return { kind: 'gone', slot: name, trash };
      },
    },
  );
}
