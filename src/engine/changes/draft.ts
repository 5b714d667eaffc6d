import { asCommitId, asGitTreeId, changeId, type CommitId, type GitTreeId } from '../../base/ids.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { Plan } from '../../domain/plans/plan.ts';
import type { EngineContext } from '../context.ts';
import { type Engine, requireRow } from '../engine.ts';
import { planOf, runOf } from '../tasks/task-view.ts';

export type Drafted = JournalKinds['change.drafted'];

/** Returns the change as it was drafted last. */
export function draftOf(engine: EngineContext, change: string): Drafted {
  const drafted = dataOf('change.drafted', requireRow(engine, `change:${change}`));
  if (!drafted) throw new Error(`no change ${change}`);
  return drafted;
}

/** Returns every draft of a change, oldest first. */
export const draftsOf = (engine: Engine, change: string): readonly Drafted[] =>
  engine.ledger
    .read({ key: `change:${change}`, kinds: ['change.drafted'] })
    .flatMap((entry) => dataOf('change.drafted', entry) ?? []);

export const findChangeOf = (engine: Engine, run: string): Drafted | undefined =>
  dataOf('change.drafted', engine.ledger.latest(`change-of:${run}`));

/** Proposes a tree for the branch, as the one change of the run. */
export async function draftChange(engine: Engine, run: string, proposed: GitTreeId): Promise<void> {
  const plan = planOf(engine, run);
  const baseTree = await engine.store.treeOf(plan.base);
  const differences = await engine.store.differences(baseTree, proposed);
  const change = changeId(engine.numbers.next('change'));
  const authors = [...new Set(plan.steps.map((step) => step.agent))];
  const drafted: Drafted = {
    change,
    run,
    tree: plan.tree,
    base: plan.base,
    baseTree,
    proposed,
    title: titleOf(plan),
    risk: plan.risk,
    authors: authors.length > 0 ? authors : [runOf(engine, run).by.name],
    paths: differences.map(({ path, kind }) => ({ path, kind })),
  };
  const keys = [`change:${change}`, `change-of:${run}`];
  // The tree object must not be collected while the change lives.
  await keepDrafts(engine, [drafted]);
  await engine.host.create(
    'change',
    change,
    { subject: change },
    { rows: [row('change.drafted', drafted, { run, keys })] },
  );
}

function titleOf({ goal, goalText, moves, files }: Plan): string {
  if (goal.kind === 'restore' || goal.kind === 'submit') return goal.title;
  // Packages that move with a component are not what the change is about.
  if (files.some(({ path }) => path === 'components.lock')) return goalText;
  const [main] = moves;
  if (main === undefined) return goalText;
  if (main.from === null) return `add ${main.name} ${main.to}`;
  return main.to === null ? `remove ${main.name} ${main.from}` : `upgrade ${main.name} ${main.from} → ${main.to}`;
}

export const keptRef = (change: string): string => `refs/orchestrate/changes/${change}`;

/**
 * Writes what was proposed, and what it is compared with where that is no commit's tree, as commits under a ref of ours: nothing unmerged is ever lost. The
 * ref names the newest draft, whose parents lead to the older ones. The same drafts give the same commits.
 */
export async function keepDrafts(engine: Engine, drafts: readonly Drafted[]): Promise<void> {
  let newest: CommitId | null = null;
  for (const { base, baseTree, proposed } of drafts) {
    const on = asCommitId(base);
    const isOfCommit = baseTree === (await engine.store.treeOf(on));
    const compared = isOfCommit ? [] : [await proposedCommit(engine, on, asGitTreeId(baseTree))];
    newest = await keptCommit(engine, asGitTreeId(proposed), [on, ...(newest === null ? [] : [newest]), ...compared]);
  }
  const change = drafts[0]?.change;
  if (newest === null || change === undefined) return;
  const ref = keptRef(change);
  const from = (await engine.store.findRef(ref)) ?? null;
  if (from !== newest) await engine.store.updateRefs([{ ref, from, to: newest }]);
}

/** The proposed tree as a commit on its base: the same for the same two, whenever it is made. */
export const proposedCommit = (engine: Engine, base: CommitId, tree: GitTreeId): Promise<CommitId> =>
  keptCommit(engine, tree, [base]);

const keptCommit = (engine: Engine, tree: GitTreeId, parents: readonly CommitId[]): Promise<CommitId> =>
  engine.store.commit({ tree, parents, message: 'proposed\n', author: orchestrateAuthor, atSeconds: 0 });

/** Who commits: always us; agents are named in trailers, never as author (an agent's name is its own claim). */
export const orchestrateAuthor = { name: 'orchestrate', email: 'orchestrate@localhost' } as const;
