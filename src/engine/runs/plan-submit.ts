import { Fault } from '../../base/fault.ts';
import { asCommitId, type CommitId, type GitTreeId } from '../../base/ids.ts';
import { outsideScope, reviewersOf } from '../../domain/changes/scope.ts';
import { snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import { plainTitle, type SubmitAsked } from '../../domain/changes/source.ts';
import { matchesAny } from '../../domain/definitions/match-path.ts';
import type { Tree } from '../../domain/definitions/types.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import type { PlanDraft, PlanGoal } from '../../domain/plans/plan.ts';
import type { FileDifference, WorkSource } from '../../ports/index.ts';
import { branchHead } from '../changes/branch-head.ts';
import type { Drafted } from '../changes/draft.ts';
import { refuseContent } from '../changes/source-content.ts';
import type { Engine } from '../engine.ts';
import { planOf, runOf } from '../tasks/task-view.ts';

type Submit = Extract<PlanGoal, { kind: 'submit' }>;

/** Paths that a plan carries; a change may have more, and its own row has all. */
const maxShownPaths = 500;
/** First-parent history is looked through this far back. */
const historyLimit = 10_000;
const nothing = 'Nothing was changed, and nothing there was touched.';

/** What submitting comes to: the tree that is proposed, taken now, and where it goes. */
export interface PlannedSubmit {
  readonly draft: PlanDraft;
  readonly goal: Submit;
  readonly tree: string;
}

/**
 * Takes somebody's work as it is now: finds it, brings its commit into the store, stores its files by our own walk. The
 * source is only read. Faults: `SOURCE_*`, `TREE_REFUSED`, `NOTHING_TO_DO`, `TREE_NOT_FOUND`, `SCOPE_EXCEEDED`.
 */
export async function planSubmit(
  engine: Engine,
  created: JournalKinds['run.created'],
  head: CommitId,
): Promise<PlannedSubmit> {
  const asked = created.submit;
  if (!asked) throw new Error(`${created.run} says nothing of what is to be taken`);
  const source = await engine.work.find(asked.source);
  await engine.store.importCommit({ gitDir: source.gitDir, commit: source.head, name: `submit-${created.run}` });
  const base = await baseOf(engine, { source, head, asked: asked.base });
  await requirePlain(engine, source);
  const committed = await engine.store.treeOf(source.head);
  const lies = source.dir === null || asked.isCommittedOnly ? committed : await takeFiles(engine, source);
  const uncommitted = await engine.store.differences(committed, lies);
  const baseTree = await engine.store.treeOf(base);
  const all = await engine.store.differences(baseTree, lies);
  if (all.length === 0) throw nothingFault(source, base);
  const tree = chooseTree(engine, asked, all, source);
  const taken = asked.isScopeOnly ? all.filter(({ path }) => matchesAny(tree.scope, path)) : all;
  requireInScope(engine, { tree, taken, all, source });
  const proposed = taken.length === all.length ? lies : await partOf(engine, { baseTree, taken });
  await refuseContent(engine, { tree: proposed, changed: taken });
  const paths = taken.map(({ path, kind }) => ({ path, kind }));
  const trees = engine.definitions.trees.values();
  const outside = outsideScope(
    trees,
    tree,
    paths.map((one) => one.path),
  );
  const goal: Submit = {
    kind: 'submit',
    title: (asked.title === null ? undefined : plainTitle(asked.title)) ?? defaultTitle(source),
    source: {
      kind: source.kind,
      name: source.name,
      head: source.head,
      nUncommitted: uncommitted.length,
      nCommits: await countCommits(engine, source.head, base),
    },
    proposed,
    base,
    paths: paths.slice(0, maxShownPaths),
    nPaths: paths.length,
    outsideScope: outside.slice(0, maxShownPaths),
    reviewers: reviewersOf(tree, outside),
  };
  const cost = await engine.template.proofCost(engine, { baseTree, proposed });
  const draft: PlanDraft = {
    moves: cost.moves,
    rejected: [],
    lockText: null,
    requirementsText: null,
    downloadBytes: cost.downloadBytes,
    diskBytes: cost.downloadBytes,
    notes: await notesOf(engine, { source, base, head, nLeft: all.length - taken.length }),
    warnings: [...leftWarning(asked, uncommitted), ...cost.warnings],
  };
  return { draft, goal, tree: tree.id };
}

/**
 * Takes the work of a change again, as it is now, for its next draft. Fault `CHANGE_MOVED` when it started over from
 * another commit of the branch: then it is another change, and submitting it replaces this one.
 */
export async function readSubmitted(engine: Engine, { run, tree: id, base: was }: Drafted): Promise<GitTreeId> {
  const asked = runOf(engine, run).submit;
  if (!asked) throw new Error(`${run} says nothing of what is to be taken`);
  const source = await engine.work.find(asked.source);
  await engine.store.importCommit({ gitDir: source.gitDir, commit: source.head, name: `submit-${run}` });
  const head = await branchHead(engine, planOf(engine, run).branchRef);
  const base = await baseOf(engine, { source, head, asked: asked.base });
  if (base !== was)
    throw new Fault('CHANGE_MOVED', `${source.name} is on ${base.slice(0, 7)} now, and was on ${was.slice(0, 7)}.`, {
      hints: [`orchestrate submit ${source.name} --tree ${id}   (replaces this change)`],
      state: nothing,
    });
  await requirePlain(engine, source);
  const committed = await engine.store.treeOf(source.head);
  const lies = source.dir === null || asked.isCommittedOnly ? committed : await takeFiles(engine, source);
  const baseTree = await engine.store.treeOf(base);
  const all = await engine.store.differences(baseTree, lies);
  const scope = engine.definitions.trees.get(id)?.scope ?? [];
  const taken = asked.isScopeOnly ? all.filter(({ path }) => matchesAny(scope, path)) : all;
  const proposed = taken.length === all.length ? lies : await partOf(engine, { baseTree, taken });
  await refuseContent(engine, { tree: proposed, changed: taken });
  return proposed;
}

/** A submodule, or an attribute that converts, in what is committed there: its files cannot even be listed as files. */
async function requirePlain(engine: Engine, source: WorkSource): Promise<void> {
  const [unsupported] = await engine.store.findUnsupported(await engine.store.treeOf(source.head));
  if (unsupported)
    throw new Fault('SOURCE_REFUSED', `${unsupported.path} of ${source.name} ${unsupported.reason}.`, {
      state: nothing,
    });
}

async function takeFiles(engine: Engine, source: WorkSource): Promise<GitTreeId> {
  const outcome = await engine.work.snapshot({ source, limits: snapshotLimits, skip: engine.template.skipInSlot });
  if (outcome.kind === 'taken') return outcome.tree;
  const [first] = outcome.refused;
  throw new Fault(
    'TREE_REFUSED',
    `${outcome.refused.length} ${outcome.refused.length === 1 ? 'entry' : 'entries'} of ${source.name} cannot be taken: ${first?.path} (${first?.reason}).`,
    {
      hints: [
        'Move it away, name it in .gitignore, or:',
        `orchestrate submit ${source.name} --committed   (only what is committed)`,
      ],
      state: nothing,
      data: { refused: outcome.refused },
    },
  );
}

/** The newest commit of home's branch that the work contains, or the one that was said. */
async function baseOf(
  engine: Engine,
  { source, head, asked }: { source: WorkSource; head: CommitId; asked: string | null },
): Promise<CommitId> {
  if (asked !== null) {
    const history = await engine.store.history(head, historyLimit);
    const found = /^[0-9a-f]{7,40}$/.test(asked) ? history.filter((one) => one.startsWith(asked)) : [];
    if (found.length === 1 && found[0] !== undefined) return found[0];
    throw new Fault('SOURCE_UNRELATED', `${JSON.stringify(asked.slice(0, 100))} is no commit of home's branch.`, {
      hints: ['git log --first-parent --oneline'],
      state: nothing,
    });
  }
  const base = await engine.store.mergeBase(asCommitId(source.head), head);
  if (base !== undefined) return base;
  throw new Fault('SOURCE_UNRELATED', `${source.name} and home's branch have no commit in common.`, {
    hints: [
      'git log --first-parent --oneline   (which commit of the branch did the work start from?)',
      `orchestrate submit ${source.name} --base <that commit>`,
    ],
    state: nothing,
  });
}

function chooseTree(engine: Engine, asked: SubmitAsked, all: readonly FileDifference[], source: WorkSource): Tree {
  const trees = [...engine.definitions.trees.values()];
  const ofSlot = source.kind === 'slot' ? (lastName(source.name).split('@')[0] ?? null) : null;
  const id = asked.tree ?? ofSlot;
  const fitting = trees.filter((one) => all.every(({ path }) => matchesAny(one.scope, path)));
  const tree = id === null ? (fitting.length === 1 ? fitting[0] : undefined) : engine.definitions.trees.get(id);
  if (tree) return tree;
  if (id !== null) throw unknownTree(engine, id);
  throw new Fault('SCOPE_EXCEEDED', 'No tree alone may change all of these files: say which one the change is of.', {
    hints: trees.map((one) => `orchestrate submit ${source.name} --tree ${one.id}   (${one.title})`),
    state: nothing,
    data: { paths: all.map((one) => one.path).slice(0, 20) },
  });
}

/** There is no tree of that id. */
export const unknownTree = (engine: Engine, id: string): Fault =>
  new Fault('TREE_NOT_FOUND', `There is no tree ${JSON.stringify(id.slice(0, 60))}.`, {
    hints: [`Trees: ${[...engine.definitions.trees.keys()].join(', ')}`, 'orchestrate trees list'],
    state: 'Nothing was changed.',
  });

/** A change of a tree that touches nothing of that tree is a mistake in typing. */
function requireInScope(
  engine: Engine,
  options: {
    tree: Tree;
    taken: readonly FileDifference[];
    all: readonly FileDifference[];
    source: WorkSource;
  },
): void {
  const { tree, taken, all, source } = options;
  if (taken.some(({ path }) => matchesAny(tree.scope, path))) return;
  const owners = [...engine.definitions.trees.values()].filter((one) =>
    all.some(({ path }) => matchesAny(one.scope, path)),
  );
  const names = all.slice(0, 3).map((one) => one.path);
  throw new Fault(
    'SCOPE_EXCEEDED',
    `None of the ${all.length} files lies in the scope of ${tree.id}: ${names.join(', ')}.`,
    {
      hints:
        owners.length === 0
          ? ['orchestrate trees list']
          : owners.map((one) => `orchestrate submit ${source.name} --tree ${one.id}   (${one.title})`),
      state: nothing,
    },
  );
}

async function partOf(
  engine: Engine,
  { baseTree, taken }: { baseTree: GitTreeId; taken: readonly FileDifference[] },
): Promise<GitTreeId> {
  const files = new Map((await engine.store.list(baseTree)).map((one) => [one.path, one]));
  for (const { path, after } of taken) {
    if (after === null) files.delete(path);
    else files.set(path, { path, mode: after.mode, blob: after.blob });
  }
  return engine.store.writeTree([...files.values()]);
}

async function countCommits(engine: Engine, from: string, base: CommitId): Promise<number> {
  const history = await engine.store.history(asCommitId(from), historyLimit);
  const at = history.indexOf(base);
  return at === -1 ? history.length : at;
}

async function notesOf(
  engine: Engine,
  options: { source: WorkSource; base: CommitId; head: CommitId; nLeft: number },
): Promise<readonly string[]> {
  const { source, base, head, nLeft } = options;
  const behind = (await engine.store.history(head, historyLimit)).indexOf(base);
  return [
    ...source.notes,
    ...(behind > 0
      ? [`${behind === 1 ? '1 commit' : `${behind} commits`} came to the branch since: the gate proves both together`]
      : []),
    ...(nLeft > 0 ? [`${nLeft === 1 ? '1 file' : `${nLeft} files`} outside the scope: not part of it`] : []),
  ];
}

function leftWarning(asked: SubmitAsked, uncommitted: readonly FileDifference[]): readonly string[] {
  return asked.isCommittedOnly || uncommitted.length === 0
    ? []
    : [
        `${uncommitted.length === 1 ? '1 file is' : `${uncommitted.length} files are`} not committed there, and taken too (--committed leaves them out): ${uncommitted
          .slice(0, 3)
          .map((one) => one.path)
          .join(', ')}`,
      ];
}

const defaultTitle = (source: WorkSource): string =>
  source.kind === 'home'
    ? 'edits made in home'
    : `work of ${plainTitle(source.kind === 'branch' ? source.name : lastName(source.name)) ?? source.kind}`;

const lastName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const nothingFault = (source: WorkSource, base: CommitId): Fault =>
  new Fault('NOTHING_TO_DO', `${source.name} differs in nothing from ${base.slice(0, 7)}, which it started from.`, {
    hints: [
      source.dir === null
        ? 'Files that are not committed belong to a work tree: orchestrate submit <its folder>'
        : `git -C ${source.dir} status`,
    ],
    state: nothing,
  });
