/** Where somebody's work lies: a branch of home by its short name, or a folder of this machine by its absolute path. */
export type SourceAsked =
  | { readonly kind: 'branch'; readonly name: string }
  | { readonly kind: 'folder'; readonly path: string };

/** What a person asked for when work of their own is to become a change. */
export interface SubmitAsked {
  readonly source: SourceAsked;
  /** Id of the tree that it is a change of, or null: the one whose scope holds all its files. */
  readonly tree: string | null;
  readonly title: string | null;
  /** Commit of home's branch that the work started from, or null: the newest one that it contains. */
  readonly base: string | null;
  /** Leave out what is not committed; a branch by its name never has more. */
  readonly isCommittedOnly: boolean;
  /** Leave out what lies outside the tree's scope. */
  readonly isScopeOnly: boolean;
}

/** Whose work it is: `home` hand edits in home itself, `slot` a work tree of ours, `clone` a repository of its own. */
export type SourceKind = 'branch' | 'worktree' | 'clone' | 'home' | 'slot';

/** The source as it was found when the plan was made. */
export interface SourceFound {
  readonly kind: SourceKind;
  /** Branch by its short name, or the absolute folder. */
  readonly name: string;
  /** Commit that was checked out, or that the branch named. */
  readonly head: string;
  /** Files that lie there without being committed, and are taken. */
  readonly nUncommitted: number;
  /** Commits of the source that the base does not have, by first parents. */
  readonly nCommits: number;
}

/** Names a source for all time: who submits the same one again replaces the change that is still open. */
export const sourceKey = ({ kind, name }: Pick<SourceFound, 'kind' | 'name'>, tree: string): string =>
  `${kind === 'branch' ? 'branch' : 'folder'}:${name}:${tree}`;

/** Returns a title as one line of what people can read, at most 100 characters; undefined when nothing is left. */
export function plainTitle(text: string): string | undefined {
  const plain = text
    .replace(/\u001B\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain === '' ? undefined : [...plain].slice(0, 100).join('').trim();
}
