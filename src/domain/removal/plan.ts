import { canonicalJson } from '../../base/json.ts';

/** What can be taken away by hand. `dir` is absolute. */
export interface RemovalTarget {
  readonly kind: 'slot' | 'instance' | 'worktree';
  /** Of the slot or instance; for a work tree of the person's its name in git. */
  readonly name: string;
  readonly dir: string;
}

/**
 * Why something is not simply taken away.
 * `dirty` and `unmerged` may go to the trash when that is asked for: the backup holds what they hold. The others may not:
 * somebody is at work there, said that it stays, or owns it.
 */
export type Obstacle = 'dirty' | 'unmerged' | 'live' | 'leased' | 'locked' | 'adopted' | 'unreadable';

export interface RemovalReason {
  readonly obstacle: Obstacle;
  /** A sentence without a full stop: `process 4711 (vim) works in it`. */
  readonly sentence: string;
}

export type RemovalDecision =
  /** It stays, for these reasons. */
  | { readonly kind: 'refused'; readonly reasons: readonly RemovalReason[] }
  /** It goes to the trash; `holds` are the reasons for which its backup is wanted. */
  | { readonly kind: 'trash'; readonly ref: string; readonly place: string; readonly holds: readonly RemovalReason[] }
  /** It is not there: nothing is done. */
  | { readonly kind: 'absent' };

export interface RemovalItem {
  readonly target: RemovalTarget;
  readonly decision: RemovalDecision;
  /** Stands for everything that was looked at: another one, and the plan is another one. */
  readonly state: string;
  readonly sizeBytes: number;
}

/** What taking things away does, as a value: what is shown is what is executed. */
export interface RemovalPlan {
  readonly items: readonly RemovalItem[];
  /** What is dirty or unmerged goes to the trash instead of being refused. */
  readonly toTrash: boolean;
  readonly hash: string;
}

const mayGoToTrash: ReadonlySet<Obstacle> = new Set(['dirty', 'unmerged']);

/** Returns whether a reason keeps something where it is, whatever was asked for. */
export const keepsInPlace = (reasons: readonly RemovalReason[], toTrash: boolean): boolean =>
  reasons.some(({ obstacle }) => !toTrash || !mayGoToTrash.has(obstacle));

/** Returns the plan with its hash: of what goes, what stays and the state that each was seen in. */
export function removalPlan(
  items: readonly RemovalItem[],
  options: { toTrash: boolean; sha256: (text: string) => string },
): RemovalPlan {
  const { toTrash, sha256 } = options;
  const seen = items.map(({ target, decision, state }) => ({
    target: { ...target },
    decision: decision.kind,
    obstacles: decision.kind === 'refused' ? decision.reasons.map(({ obstacle }) => obstacle) : [],
    state,
  }));
  return { items, toTrash, hash: sha256(canonicalJson({ toTrash, seen })) };
}
