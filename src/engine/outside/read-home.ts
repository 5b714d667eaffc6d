import { asCommitId, type CommitId, type GitTreeId } from '../../base/ids.ts';
import { describeDifference } from '../../domain/changes/fingerprint.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { type Found, maxDetails, unknownAuthor } from '../../domain/outside/difference.ts';
import { entriesSince } from '../../domain/outside/reflog.ts';
import type { Engine } from '../engine.ts';
import { listRestorePoints } from '../restore/points.ts';
import { findTampering } from '../tasks/tamper.ts';
import { readReflog } from './read-component.ts';

/** Where the branch is, taken into the store; the recorded commit when home cannot be read. */
export async function branchNow(engine: Engine): Promise<{ commit: CommitId; tree: GitTreeId }> {
  const state = await engine.home.inspect();
  const commit = state.kind === 'ready' ? state.head : recordedBranch(engine);
  if (state.kind === 'ready') await engine.store.importCommit({ gitDir: engine.paths.gitDir, commit, name: 'branch' });
  return { commit, tree: await engine.store.treeOf(commit) };
}

function recordedBranch(engine: Engine): CommitId {
  const moved = dataOf('branch.moved', engine.ledger.latest('branch'))?.to;
  const made = dataOf('installation.created', engine.ledger.latest('installation'))?.head;
  return asCommitId(moved ?? made ?? '');
}

/** What a person moved in home by hand. It is theirs: told, and settled by git, not by us. */
export async function homeDifferences(engine: Engine): Promise<readonly Found[]> {
  const state = await engine.home.inspect();
  if (state.kind === 'unfit') return [];
  const recorded = recordedBranch(engine);
  const found: Found[] = [];
  if (state.head !== recorded && (await listRestorePoints(engine)).every(({ commit }) => commit !== state.head))
    found.push(await commitsByHand(engine, { recorded, head: state.head, branchRef: state.branchRef }));
  const moved: string[] = [];
  for (const { ref, object, isVoid } of await listRestorePoints(engine)) {
    const there = isVoid ? object : await engine.home.findRef(ref);
    if (there !== object) moved.push(`${ref.replace('refs/tags/', '')} ${there === undefined ? 'removed' : 'moved'}`);
  }
  if (moved.length > 0)
    found.push({
      ...homely('restore tags of home', moved),
      whyNot: 'the trusted store has them as they were: undo and restore use those',
    });
  const edited = await engine.home.dirtyPaths(state.head);
  if (edited.length > 0)
    found.push({ ...homely('files of home with edits', edited), whyNot: 'commit them, or take them back, by git' });
  const git = await findTampering(engine);
  if (git.length > 0)
    found.push({
      ...homely('git files of home', git.map(describeDifference)),
      whyNot: 'they are not obeyed; a run that meets them asks',
    });
  return found;
}

const homely = (name: string, details: readonly string[]): Found => ({
  kind: 'home',
  subject: name,
  how: 'changed',
  name,
  from: null,
  to: null,
  details: details.slice(0, maxDetails),
  nDetails: details.length,
  when: null,
  who: unknownAuthor,
  mark: details.join('\n'),
  take: null,
  whyNot: null,
});

async function commitsByHand(
  engine: Engine,
  { recorded, head, branchRef }: { recorded: CommitId; head: CommitId; branchRef: string },
): Promise<Found> {
  const entries = entriesSince(await readReflog(engine.outside.files, engine.paths.home), recorded);
  const newest = entries.at(-1);
  const name = branchRef.replace('refs/heads/', '');
  return {
    ...homely(
      `${name} was moved by hand`,
      entries.map(({ message }) => message).filter((one) => one !== ''),
    ),
    subject: branchRef,
    how: 'moved',
    from: recorded.slice(0, 7),
    to: head.slice(0, 7),
    when: newest === undefined ? null : { fromMs: entries[0]?.atMs ?? newest.atMs, toMs: newest.atMs },
    who:
      newest === undefined
        ? unknownAuthor
        : { name: newest.person, fact: `home's reflog says “${newest.message}” by ${newest.person}` },
    mark: head,
    whyNot: 'it is on the branch already; the next merge makes its restore point first',
  };
}
