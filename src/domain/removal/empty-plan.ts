import { canonicalJson } from '../../base/json.ts';
import type { TrashItem } from './trash.ts';

export interface Emptied {
  readonly id: string;
  readonly what: TrashItem['what'];
  readonly name: string;
  readonly place: string;
  readonly sizeBytes: number;
  /** Its backup ref, or null. */
  readonly ref: string | null;
  /** The backup goes as well: nothing of it comes back then. */
  readonly refGoes: boolean;
  readonly holdsWork: boolean;
}

/** What emptying the trash takes away for good, as a value: what is shown is what is executed. */
export interface EmptyPlan {
  readonly items: readonly Emptied[];
  /** What stays although it was meant, and why, as one clause. */
  readonly kept: readonly { readonly id: string; readonly why: string }[];
  readonly freedBytes: number;
  readonly hash: string;
}

export interface EmptyChoice {
  /** These, whatever their age; none: all that are older. */
  readonly ids: readonly string[];
  readonly olderThanMs: number;
  /** Also backups of work that is on no branch, and folders that are the only copy of it. */
  readonly andRefs: boolean;
}

/**
 * Chooses what goes. Work that is on no branch keeps its backup unless `andRefs` says otherwise, and a folder that no
 * backup holds whole stays. `inUse`: ids in whose folder a process works.
 */
export function planEmptying(
  items: readonly TrashItem[],
  choice: EmptyChoice & { nowMs: number; inUse: ReadonlySet<string>; sha256: (text: string) => string },
): EmptyPlan {
  const { ids, olderThanMs, andRefs, nowMs, inUse, sha256 } = choice;
  const isMeant = (item: TrashItem): boolean =>
    ids.length > 0 ? ids.includes(item.id) : item.state === 'there' && nowMs - item.atMs >= olderThanMs;
  const going: Emptied[] = [];
  const kept: { id: string; why: string }[] = [];
  for (const item of items.filter(isMeant)) {
    const why = inUse.has(item.id) ? 'a process works in it' : whyKept(item, andRefs);
    if (why !== null) kept.push({ id: item.id, why });
    else going.push(emptied(item, andRefs));
  }
  const seen = going.map(({ id, refGoes }) => ({ id, refGoes }));
  return {
    items: going,
    kept,
    freedBytes: going.reduce((sum, one) => sum + one.sizeBytes, 0),
    hash: sha256(canonicalJson({ andRefs, seen })),
  };
}

function whyKept(item: TrashItem, andRefs: boolean): string | null {
  if (item.state !== 'there' && !(andRefs && item.ref !== null)) return `it was ${item.state} already`;
  if (!item.holdsWork || andRefs) return null;
  if (item.tree === null) return 'its folder is the only copy of what it holds; --and-refs takes it all the same';
  const [first] = item.leftOut;
  return first === undefined ? null : `its folder is the only copy of ${first.path}; --and-refs takes it all the same`;
}

const emptied = (
  { id, what, name, place, sizeBytes, ref, holdsWork, state }: TrashItem,
  andRefs: boolean,
): Emptied => ({
  ...{ id, what, name, place, ref, holdsWork },
  sizeBytes: state === 'there' ? sizeBytes : 0,
  refGoes: ref !== null && (andRefs || !holdsWork),
});
