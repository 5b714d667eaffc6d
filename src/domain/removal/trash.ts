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

/** Where something in the trash lay and what it is, as the layout of the trash tells it: `.orchestrate/trash/<path>`. */
export function placeKind(
  path: string,
  holds: (name: string) => boolean,
): { readonly what: TrashKind; readonly name: string; readonly isOne: boolean } {
  const [top = '', below] = path.split('/');
  if (below === undefined) {
    const isShared = top === 'outside' || top === 'instances' || top.endsWith('-drifted') || holdsSlots(holds);
    return { what: 'found', name: top, isOne: !isShared };
  }
  if (top === 'outside') return { what: 'outside', name: below, isOne: true };
  if (top === 'instances')
    return { what: holds('outside-packages') ? 'packages' : 'instance', name: below, isOne: true };
  if (top.endsWith('-drifted')) return { what: 'environment', name: below, isOne: true };
  const slot = /^(.+)\.[0-9a-z]+-[0-9a-f]{6}$/.exec(below)?.[1];
  if (slot !== undefined) return { what: holds('slot') ? 'slot' : 'slot-files', name: slot, isOne: true };
  return { what: 'found', name: below, isOne: true };
}

const holdsSlots = (holds: (name: string) => boolean): boolean => holds('*.slot');

/** Trash of a request that a supervisor finishes: `restore prune` on its way out, and a removal that records what it moved. */
export const isOnItsWay = (top: string): boolean => /^(prune-\d+|removed-[0-9a-f]{12})$/.test(top);

/** The run that something was moved out of the way for, as the layout tells it. */
export const runOfPlace = (path: string): string | null => /^(r\d+)-/.exec(path)?.[1] ?? null;
