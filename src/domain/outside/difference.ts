import type { Component } from '../instances/components.ts';

/** What moved: where it lies decides what can be done about it. */
export type OutsideKind =
  /** ComfyUI or a node pack in the adopted folder. */
  | 'component'
  /** The adopted folder's own file of model paths. */
  | 'model-paths'
  /** Packages of the borrowed environment. */
  | 'packages'
  /** A sealed environment whose files are not the ones that were built. */
  | 'environment'
  /** Counts of a model folder. */
  | 'models'
  /** The branch, its tags or declarations, by hand. */
  | 'home'
  /** What production wrote into its own composed folder. */
  | 'instance'
  /** What an installer put beside production. */
  | 'instance-packages';

/** Who probably did it, with the fact that says so. A name without a fact is never given. */
export interface Author {
  readonly name: string | null;
  readonly fact: string | null;
}

/** Times as files and reflogs tell them, in milliseconds since 1970. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How a difference is taken over. */
export type Taking =
  | { readonly kind: 'component'; readonly component: Component }
  | { readonly kind: 'drop-component'; readonly path: string }
  | { readonly kind: 'model-paths'; readonly text: string }
  | { readonly kind: 'packages' };

/** Something that moved behind our back, as it was found. */
export interface Found {
  readonly kind: OutsideKind;
  /** What moved: `.` or `custom_nodes/<name>`, a file, a folder, an environment's id. */
  readonly subject: string;
  readonly how: 'added' | 'removed' | 'disabled' | 'enabled' | 'changed' | 'moved';
  /** How people call it: `rgthree-comfy`, `ComfyUI`. */
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
  /** Files or packages in it, the first ones. */
  readonly details: readonly string[];
  readonly nDetails: number;
  readonly when: TimeSpan | null;
  readonly who: Author;
  /** Stands for the state that was found: the same again is the same difference. */
  readonly mark: string;
  /** Null where there is nothing to take over; `whyNot` says why. */
  readonly take: Taking | null;
  readonly whyNot: string | null;
}

/** A difference with the id that people type. */
export interface OutsideDifference extends Found {
  /** `o3` */
  readonly id: string;
}

/** Details that are kept of one difference: more would only repeat. */
export const maxDetails = 20;

export const unknownAuthor: Author = { name: null, fact: null };

/**
 * Gives each difference its id: the one that the same state of the same thing had before, else the next number.
 * `last` is the highest number that was ever given.
 */
export function numberDifferences(
  found: readonly Found[],
  before: { readonly differences: readonly OutsideDifference[]; readonly last: number },
): { readonly differences: readonly OutsideDifference[]; readonly last: number } {
  const known = new Map(before.differences.map((one) => [keyOf(one), one]));
  let { last } = before;
  const differences = found.map((one): OutsideDifference => {
    const same = known.get(keyOf(one));
    // When and who were read while the traces were fresh.
    if (same !== undefined)
      return { ...one, id: same.id, when: same.when ?? one.when, who: nameable(same.who, one.who) };
    last += 1;
    return { ...one, id: `o${last}` };
  });
  return { differences, last };
}

/** Names a thing in a state. */
export const keyOf = ({ kind, subject, mark }: Pick<Found, 'kind' | 'subject' | 'mark'>): string =>
  `${kind}\n${subject}\n${mark}`;

const nameable = (before: Author, now: Author): Author => (before.name === null ? now : before);
