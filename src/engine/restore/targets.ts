import { Fault } from '../../base/fault.ts';
import type { CommitId, GitTreeId } from '../../base/ids.ts';
import { mergeFiles } from '../changes/merge-files.ts';
import type { EngineContext } from '../context.ts';
import { listRestorePoints, pointAt, type RestorePoint } from './points.ts';

/** Where a way back leads. */
export interface RestoreTarget {
  /** The restore point's name, or the commit's first digits when it has none. */
  readonly to: string;
  /** Names what is done. */
  readonly title: string;
  readonly commit: CommitId;
  readonly proposed: GitTreeId;
  /** Restore points whose merges are dropped, newest first. */
  readonly dropped: readonly RestorePoint[];
}

/** First-parent history is looked through this far back. */
const historyLimit = 10_000;

/**
 * The state before the newest merge of ours. Commits that a person made on top of it are kept: their
 * changes are carried over by a three-way merge. Faults `NOTHING_TO_DO`, `CHANGE_CONFLICT`; `CHANGE_MOVED` where the newest merge is not
 * the `wanted` one.
 */
export async function planUndo(
  context: EngineContext,
  head: CommitId,
  wanted: string | null = null,
): Promise<RestoreTarget> {
  const { store } = context;
  const points = await listRestorePoints(context);
  const history = await store.history(head, historyLimit);
  const merge = newestMerge(history.map((commit) => pointAt(points, commit)).filter((point) => point !== undefined));
  const before = merge && (await store.commitFacts(merge.commit)).parents[0];
  if (!merge || !before) {
    throw new Fault('NOTHING_TO_DO', 'There is no merge to undo: the branch is as it was when orchestrate began.', {
      state: 'Nothing was changed.',
    });
  }
  if (wanted !== null && merge.name !== wanted) throw movedSince(wanted, merge);
  const oldTree = await store.treeOf(before);
  const to = pointAt(points, before)?.name ?? before.slice(0, 7);
  const title = undoTitle(merge.manifest.title);
  if (merge.commit === head) return { to, title, commit: before, proposed: oldTree, dropped: [merge] };

  const sides = { base: await store.treeOf(merge.commit), ours: await store.treeOf(head), theirs: oldTree };
  const carried = await mergeFiles(store, sides);
  if (carried.kind === 'conflict' || carried.isLockOpen) {
    const paths = carried.kind === 'conflict' ? carried.paths : ['requirements.lock'];
    throw new Fault(
      'CHANGE_CONFLICT',
      `Commits of yours after ${merge.name} edit what it changed: ${paths.join(', ')}.`,
      {
        hints: [`orchestrate restore to ${to}   (goes back whole, dropping your later commits from the files)`],
        state: 'Nothing was changed.',
        data: { paths },
      },
    );
  }
  return { to, title, commit: before, proposed: carried.tree, dropped: [merge] };
}

/** What somebody said yes to was another merge. */
const movedSince = (wanted: string, { name, manifest }: RestorePoint): Fault =>
  new Fault(
    'CHANGE_MOVED',
    `${wanted} was to be taken back, and the newest merge is ${name} (${manifest.title}) now.`,
    {
      state: 'Nothing was changed.',
      hints: ['orchestrate restore list', 'orchestrate undo'],
      data: { wanted, newest: name },
    },
  );

/** An undo of an undo is a redo. */
const undoTitle = (title: string): string =>
  title.startsWith('undo ')
    ? `redo ${title.slice(5)}`
    : title.startsWith('redo ')
      ? `undo ${title.slice(5)}`
      : `undo ${title}`;

/** A merge that was taken back by itself is not there any more: neither it nor its revert is what a person undoes. */
function newestMerge(newestFirst: readonly RestorePoint[]): RestorePoint | undefined {
  const reverted = new Set<string | null>();
  for (const point of newestFirst) {
    const { made, change } = point.manifest;
    if (made === 'revert') reverted.add(change);
    else if (made !== 'init' && made !== 'by-hand' && !reverted.has(change)) return point;
  }
  return undefined;
}

/** Exactly the files of a restore point, asked for by number, name, tag, or commit. Fault `RESTORE_NOT_FOUND`. */
export async function planRestoreTo(context: EngineContext, head: CommitId, asked: string): Promise<RestoreTarget> {
  const { store } = context;
  const points = await listRestorePoints(context);
  const point = findPoint(
    points.filter((one) => !one.isVoid),
    asked,
  );
  const proposed = await store.treeOf(point.commit);
  const history = await store.history(head, historyLimit);
  const later = history.slice(0, Math.max(0, history.indexOf(point.commit)));
  const dropped = later.map((commit) => pointAt(points, commit)).filter((one) => one !== undefined);
  return { to: point.name, title: `restore ${point.name}`, commit: point.commit, proposed, dropped };
}

/** Returns the restore point that a number, name, tag or commit names, or the `newest`. Fault `RESTORE_NOT_FOUND`. */
export function findPoint(points: readonly RestorePoint[], asked: string): RestorePoint {
  const name = asked.replace(/^(refs\/tags\/)?restore\//, '');
  const byNumber = /^\d{1,6}$/.test(name) ? points.find((one) => one.manifest.number === Number(name)) : undefined;
  const found =
    byNumber ??
    (name === 'newest' ? points.toSorted((a, b) => a.manifest.number - b.manifest.number).at(-1) : undefined) ??
    points.find((one) => one.name === name) ??
    points.find((one) => name.length >= 7 && one.commit.startsWith(name));
  if (found) return found;
  throw new Fault('RESTORE_NOT_FOUND', `There is no restore point ${JSON.stringify(asked)}.`, {
    hints: ['orchestrate restore list'],
    state: 'Nothing was changed.',
    data: { known: points.slice(-10).map((one) => one.name) },
  });
}
