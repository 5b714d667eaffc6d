import { Fault } from '../../base/fault.ts';
import { asCommitId, type CommitId, type GitTreeId } from '../../base/ids.ts';
import { snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import { row } from '../../domain/journal/kinds.ts';
import { type LeftOut, trashRef } from '../../domain/removal/trash.ts';
import type { TreeEntry, WorktreeFacts } from '../../ports/git.ts';
import { orchestrateAuthor } from '../changes/draft.ts';
import type { EngineContext } from '../context.ts';

/** What a kill leaves of a write of ours, and what git keeps of a slot; neither is anybody's work. */
const isNoWork = (path: string): boolean =>
  /^\.git-administration(\/|$)/.test(path) || /(^|\/)\.orchestrate-[^/]*\.tmp$/.test(path);

/** Walks that leave out what the walks before refused; more refusals than this and there is no backup of files. */
const maxWalks = 5;

/**
 * Stores what can be stored of a folder, and tells what cannot: nested repositories, pipes, what is too large. A tree of
 * null means that nothing of it is stored: the folder is the only copy. A repeat is safe.
 */
export async function storeFolder(
  { store }: Pick<EngineContext, 'store'>,
  dir: string,
  options: { cacheKey?: string } = {},
): Promise<{ readonly tree: GitTreeId | null; readonly leftOut: readonly LeftOut[] }> {
  const leftOut: LeftOut[] = [];
  for (let walk = 0; walk < maxWalks; walk++) {
    const known = new Set(leftOut.map(({ path }) => path));
    const taken = await store.snapshot({
      dir,
      limits: snapshotLimits,
      skip: (path) => isNoWork(path) || known.has(path.replace(/\/$/, '')),
      ...options,
    });
    if (taken.kind === 'taken') return { tree: taken.tree, leftOut };
    for (const { path, reason } of taken.refused) {
      // A name that is no text, or too many of them: no walk can go around it.
      if (/^too many|in all|not UTF-8/.test(reason)) return { tree: null, leftOut: [{ path, reason }] };
      leftOut.push({ path: withoutRepository(path), reason });
    }
  }
  return { tree: null, leftOut };
}

/** A nested repository is left out whole: without its `.git` its files would be another thing. */
const withoutRepository = (path: string): string => path.replace(/\/[^/]*git[^/]*$/i, '') || path;

/** Ref below which commits wait that a slot named, until a record of the trash holds them. */
const rescuedPrefix = (slot: string): string => `refs/orchestrate/incoming/rescued/${slot}/`;

/** Names a commit in home for all time that the store does not take in. */
const keptRef = (commit: string): string => `refs/orchestrate/rescued/${commit}`;

/**
 * Takes the commits of a work tree into the store that nothing of ours holds yet: a person or an agent committed there.
 * To be called before its administration is written anew or goes: then nothing in home may name them any more. What the
 * store refuses gets a ref in home, with a row that says so; where that is refused as well, nothing goes on (`GIT_FAILED`).
 */
export async function rescueCommits(
  context: EngineContext,
  facts: Pick<WorktreeFacts, 'name' | 'commits'> | undefined,
): Promise<void> {
  if (facts === undefined) return;
  const { store, paths } = context;
  for (const commit of facts.commits) {
    if (await isInStore(store, commit)) continue;
    try {
      await store.importCommit({
        gitDir: paths.gitDir,
        commit: asCommitId(commit),
        name: `rescued/${facts.name}/${commit}`,
      });
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'GIT_FAILED') throw error;
      // A log names commits that the person's git has thrown away since: nobody can bring those back.
      if (error.data?.['isAbsent'] === true) continue;
      await keepInHome(context, { commit, slot: facts.name, refused: error });
    }
  }
}

async function keepInHome(
  { home, ledger }: EngineContext,
  { commit, slot, refused }: { commit: string; slot: string; refused: Fault },
): Promise<void> {
  const ref = keptRef(commit);
  if ((await home.findRef(ref)) !== commit) {
    const outcome = await home.updateRefs([{ ref, from: null, to: commit }]);
    if (outcome.kind === 'refused') throw refused;
  }
  if (ledger.latest(`kept:${commit}`) !== undefined) return;
  await ledger.append([
    row('commit.kept', { commit, slot, ref, why: refused.message }, { run: null, keys: [`kept:${commit}`, 'kept'] }),
  ]);
}

/** The same for the work tree at a place, if home has one there. */
export async function rescueCommitsOf(context: EngineContext, dir: string): Promise<void> {
  await rescueCommits(
    context,
    (await context.home.listWorktrees()).find((one) => one.dir === dir),
  );
}

export async function rescuedCommits({ store }: Pick<EngineContext, 'store'>, slot: string) {
  return (await store.listRefs(rescuedPrefix(slot))).map(({ ref, target }) => ({ ref, commit: target }));
}

/** Whether the store has the commit: from then on it stays, as nothing is ever collected there. */
export async function isInStore(store: EngineContext['store'], commit: string): Promise<boolean> {
  try {
    await store.treeOf(asCommitId(commit));
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** Makes the backup ref of a thing in the trash. One that is there already stays: it was made before a kill. */
export async function makeBackup(
  context: Pick<EngineContext, 'store' | 'outside'>,
  options: { id: string; tree: GitTreeId; parents: readonly CommitId[]; message: string },
): Promise<string> {
  const { id, tree, parents, message } = options;
  const { store, outside } = context;
  const ref = trashRef(id);
  const atSeconds = Math.floor(outside.clock.nowMs() / 1000);
  const commit = await store.commit({ tree, parents, message, author: orchestrateAuthor, atSeconds });
  await store.updateRefs([{ ref, from: null, to: commit }]);
  return ref;
}

/** Commits of the branch that are compared with. */
const maxHistory = 50;

/** Returns those of the files that no recent commit of the branch has with these bytes at this path. */
export async function notOnBranch(
  { store }: Pick<EngineContext, 'store'>,
  options: { entries: readonly TreeEntry[]; head: CommitId },
): Promise<readonly TreeEntry[]> {
  let left = options.entries;
  for (const commit of await store.history(options.head, maxHistory)) {
    if (left.length === 0) return left;
    const known = new Set((await store.list(await store.treeOf(commit))).map(keyOf));
    left = left.filter((entry) => !known.has(keyOf(entry)));
  }
  return left;
}

const keyOf = ({ path, blob }: TreeEntry): string => `${blob} ${path}`;
