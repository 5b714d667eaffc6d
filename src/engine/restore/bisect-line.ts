import type { BisectAsked } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import type { CommitId } from '../../base/ids.ts';
import type { EngineContext } from '../context.ts';
import { listRestorePoints, type RestorePoint } from './points.ts';
import { findPoint } from './targets.ts';

/** The commits of the branch from the good restore point to the bad one. */
export interface BisectLine {
  readonly good: RestorePoint;
  readonly bad: RestorePoint;
  /** Oldest first, both ends among them. */
  readonly commits: readonly CommitId[];
  readonly points: readonly RestorePoint[];
}

/** First-parent history is looked through this far back. */
const historyLimit = 10_000;
const state = 'Nothing was tried and nothing was changed.';

/**
 * Lays out what a bisect halves. Read-only. Faults: `BISECT_TOO_FEW_POINTS`, `RESTORE_NOT_FOUND`, `BISECT_NOT_BEFORE` where the
 * good end does not come before the bad one on the branch, `WORKFLOW_NOT_FOUND` where not both ends have the workflow.
 */
export async function bisectLine(
  context: Pick<EngineContext, 'store' | 'ledger'>,
  head: CommitId,
  asked: BisectAsked,
): Promise<BisectLine> {
  const { store } = context;
  const points = (await listRestorePoints(context)).filter((one) => !one.isVoid);
  const branch = await store.history(head, historyLimit);
  const onBranch = points.filter(({ commit }) => branch.includes(commit));
  const oldest = onBranch[0];
  const newest = onBranch.at(-1);
  if (oldest === undefined || newest === undefined || oldest.commit === newest.commit)
    throw new Fault('BISECT_TOO_FEW_POINTS', 'The branch has no two restore points: no merge lies between any.', {
      state,
    });
  const good = asked.good === '' ? oldest : findPoint(points, asked.good);
  const bad = asked.bad === '' ? newest : findPoint(points, asked.bad);
  const history = await store.history(bad.commit, historyLimit);
  const at = history.indexOf(good.commit);
  if (at < 1) {
    const how = at === 0 ? 'is the same state as' : 'does not come before';
    throw new Fault('BISECT_NOT_BEFORE', `${good.name} ${how} ${bad.name} on the branch.`, {
      hints: ['orchestrate restore list', 'orchestrate restore bisect --good <older> --bad <newer>'],
      state,
      data: { good: good.name, bad: bad.name },
    });
  }
  const line = { good, bad, commits: history.slice(0, at + 1).toReversed(), points };
  if (asked.workflow !== '') await requireWorkflow(context, line, asked.workflow);
  return line;
}

async function requireWorkflow(
  { store }: Pick<EngineContext, 'store'>,
  { good, bad }: BisectLine,
  workflow: string,
): Promise<void> {
  for (const point of [good, bad]) {
    const files = await store.list(await store.treeOf(point.commit));
    const names = files.flatMap(({ path }) => /^workflows\/([^/]+)\.json$/.exec(path)?.[1] ?? []);
    if (names.includes(workflow)) continue;
    const known = names.length === 0 ? 'none lies there' : `there are ${names.slice(0, 10).join(', ')}`;
    throw new Fault(
      'WORKFLOW_NOT_FOUND',
      `${point.name} has no workflow ${JSON.stringify(workflow.slice(0, 100))} in workflows/: ${known}.`,
      { hints: ['orchestrate smoke list'], state, data: { point: point.name, known: names.slice(0, 50) } },
    );
  }
}
