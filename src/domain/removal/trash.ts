import type { Actor } from '../journal/actor.ts';

/**
 * What kind of thing lies in the trash: a whole slot; single files of a slot that was prepared anew; commits of a slot
 * without files; an environment; an instance's folder; packages that installers put beside production; copies of
 * outside changes that were discarded; something of which nobody wrote how it came there.
 */
export type TrashKind = 'slot' | 'slot-files' | 'environment' | 'instance' | 'packages' | 'outside' | 'found';

/** A file that a backup does not hold, relative to the place, and why. */
export interface LeftOut {
  readonly path: string;
  readonly reason: string;
}

/** One thing in the trash, as its newest rows tell it. */
export interface TrashItem {
  readonly id: string;
  readonly what: TrashKind;
  readonly name: string;
  readonly from: string | null;
  readonly place: string;
  readonly why: string;
  readonly run: string | null;
  readonly by: Actor;
  readonly atMs: number;
  readonly row: number;
  readonly sizeBytes: number;
  readonly ref: string | null;
  readonly tree: string | null;
  readonly commits: readonly string[];
  readonly holdsWork: boolean;
  readonly leftOut: readonly LeftOut[];
  readonly state: 'there' | 'restored' | 'emptied';
}

/** Names a thing in the trash for all time: no two ever lie at one place. */
export const trashId = (place: string, sha256: (text: string) => string): string => `t${sha256(place).slice(0, 8)}`;

export const trashRef = (id: string): string => `refs/orchestrate/trash/${id}`;

/**
 * What lies at a path of the trash (`r7-env-setup/env-setup.mb3k-0f12ab`), as its layout and the names in it tell.
 * `isOne` false: it only gathers things of one kind.
 */
export function placeKind(
  path: string,
  names: readonly string[],
): { readonly what: TrashKind; readonly name: string; readonly isOne: boolean } {
  const [top = '', below] = path.split('/');
  const slot = slotOfUse(names.find((name) => slotOfUse(name) !== undefined) ?? '');
  if (below === undefined) {
    if (/^removed-[0-9a-f]{12}$/.test(top))
      return slot === undefined
        ? { what: 'instance', name: names[0] ?? top, isOne: true }
        : { what: 'slot', name: slot, isOne: true };
    const isGathering = top === 'outside' || top === 'instances' || top.endsWith('-drifted') || slot !== undefined;
    return { what: 'found', name: top, isOne: !isGathering };
  }
  if (top === 'outside') return { what: 'outside', name: below, isOne: true };
  if (top === 'instances')
    return { what: names.includes('outside-packages') ? 'packages' : 'instance', name: below, isOne: true };
  if (top.endsWith('-drifted')) return { what: 'environment', name: below, isOne: true };
  const used = slotOfUse(below);
  if (used !== undefined) return { what: names.includes('slot') ? 'slot' : 'slot-files', name: used, isOne: true };
  return { what: 'found', name: below, isOne: true };
}

/** The slot that a folder of one use of the trash belongs to: `env-setup.mb3k-0f12ab`. */
const slotOfUse = (name: string): string | undefined => /^(.+)\.[0-9a-z]+-[0-9a-f]{6}$/.exec(name)?.[1];

/** Trash of `restore prune` on its way out: it was compared before it went there. */
export const isOnItsWay = (top: string): boolean => /^prune-\d+$/.test(top);

/** The run that something was moved out of the way for, as the layout tells it. */
export const runOfPlace = (path: string): string | null => /^(r\d+)-/.exec(path)?.[1] ?? null;
