import { Fault } from '../../base/fault.ts';
import { asCommitId, asGitTreeId, type CommitId, type GitTreeId } from '../../base/ids.ts';
import { parseHeaders } from './commit-format.ts';
import type { StoreParts } from './store-parts.ts';

export interface CommitFacts {
  readonly tree: GitTreeId;
  readonly parents: readonly CommitId[];
  readonly message: string;
  readonly atSeconds: number;
}

/** Steps that are looked through object by object before git is asked. */
const nNearSteps = 32;

/** Returns what a commit says; the time is the committer's. */
export async function commitFacts(parts: Pick<StoreParts, 'reader'>, commit: CommitId): Promise<CommitFacts> {
  const { fields, message } = parseHeaders(await parts.reader.require(commit, 'commit'));
  const tree = fields.find(([key]) => key === 'tree')?.[1] ?? '';
  const committer = fields.find(([key]) => key === 'committer')?.[1] ?? '';
  return {
    tree: asGitTreeId(tree),
    parents: fields.filter(([key]) => key === 'parent').map(([, id]) => asCommitId(id)),
    message,
    atSeconds: Number(/ (\d+) [+-]\d{4}$/.exec(committer)?.[1] ?? 0),
  };
}

/** Returns the first-parent history, newest first. */
export async function history(parts: StoreParts, commit: CommitId, limit: number): Promise<readonly CommitId[]> {
  const commits: CommitId[] = [];
  for (let at: CommitId | undefined = commit; at !== undefined && commits.length < limit;) {
    commits.push(at);
    at = (await commitFacts(parts, at)).parents[0];
  }
  return commits;
}

/** Tells whether `ancestor` is `commit` or reachable from it by any parents. */
export async function isAncestor(parts: StoreParts, ancestor: CommitId, commit: CommitId): Promise<boolean> {
  if ((await history(parts, commit, nNearSteps)).includes(ancestor)) return true;
  const result = await parts.door.run({
    verb: 'merge-base',
    args: ['--is-ancestor', ancestor, commit],
    gitDir: parts.gitDir,
    answers: [0, 1],
  });
  return result.exitCode === 0;
}

/** Returns the best commit that both contain (`git merge-base`), or undefined when there is none. */
export async function mergeBase(parts: StoreParts, one: CommitId, other: CommitId): Promise<CommitId | undefined> {
  const result = await parts.door.run({
    verb: 'merge-base',
    args: [one, other],
    gitDir: parts.gitDir,
    answers: [0, 1],
  });
  const first = result.stdout.toString('latin1').trim();
  return result.exitCode === 0 && first !== '' ? asCommitId(first) : undefined;
}

/** Returns message and commit of an annotated tag. A tag of something else is `GIT_FAILED`. */
export async function readTag(
  parts: StoreParts,
  object: string,
): Promise<{ readonly message: string; readonly target: CommitId }> {
  const { fields, message } = parseHeaders(await parts.reader.require(object, 'tag'));
  const target = fields.find(([key]) => key === 'object')?.[1] ?? '';
  if (fields.find(([key]) => key === 'type')?.[1] !== 'commit') {
    throw new Fault('GIT_FAILED', `The tag ${object} does not point at a commit.`, { data: { object } });
  }
  return { message, target: asCommitId(target) };
}

/** Returns the commit that a ref's object stands for: itself, or what an annotated tag points at; undefined for anything else. */
export async function peel(parts: StoreParts, object: string): Promise<CommitId | undefined> {
  let at = object;
  // A tag of a tag of a tag is the most that anybody makes by hand.
  for (let depth = 0; depth < 4; depth++) {
    const found = await parts.reader.find(at);
    if (found?.type === 'commit') return asCommitId(at);
    if (found?.type !== 'tag') return undefined;
    at = parseHeaders(found.body).fields.find(([key]) => key === 'object')?.[1] ?? '';
  }
  return undefined;
}
