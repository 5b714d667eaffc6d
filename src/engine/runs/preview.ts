import type { PlanningAction, PlanningContext } from '../../actions/_context.ts';
import { actions } from '../../actions/index.gen.ts';
import { Fault } from '../../base/fault.ts';
import { asCommitId, type CommitId } from '../../base/ids.ts';
import { stated } from '../../base/stated.ts';
import { describeDifference } from '../../domain/changes/fingerprint.ts';
import { worseRisk } from '../../domain/changes/risk.ts';
import { matchesAny } from '../../domain/definitions/match-path.ts';
import type { Playbook } from '../../domain/definitions/types.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { PreviewOutput } from '../../domain/machines/run.machine.ts';
import { estimateRun, type KnownBefore } from '../../domain/plans/estimate.ts';
import { planHash } from '../../domain/plans/plan-hash.ts';
import type { PackageMove, Plan, PlanDraft, PlanGoal } from '../../domain/plans/plan.ts';
import { plannedSteps } from '../../domain/plans/planned-steps.ts';
import { saidYes } from '../../domain/runs/said-yes.ts';
import { conflictWarnings, lookForConflicts } from '../conflicts/radar.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { findEnvironment, interpreterOf } from '../environments/named.ts';
import { readDeclaration } from '../instances/compose.ts';
import { failedBefore } from '../memory/failed-before.ts';
import { openDifferences, tryLookOutside } from '../outside/look.ts';
import { openWarning, touchedQuestion } from '../outside/settle.ts';
import { bisectLine } from '../restore/bisect-line.ts';
import { listRestorePoints } from '../restore/points.ts';
import { findPoint, planRestoreTo, planUndo } from '../restore/targets.ts';
import { wasOnBranch } from '../restore/was-on-branch.ts';
import { placeRun } from '../scale/place-run.ts';
import { whyTreeInUse } from '../scale/tree-in-use.ts';
import { findTampering } from '../tasks/tamper.ts';
import { runOf } from '../tasks/task-view.ts';
import { installationFacts } from './installation-facts.ts';
import { withNamedHints } from './named-hints.ts';
import { planOpen } from './plan-open.ts';
import { planSubmit } from './plan-submit.ts';
import { costOf, withThinking } from './thinking-steps.ts';
import { understandOrDraft } from './understand-or-draft.ts';
import { unfitHome, unsupportedHome } from './unfit-home.ts';

type RunCreated = JournalKinds['run.created'];

/** Finds out what a run would do, writes that as the plan, and says what comes next. Writes nothing else. */
export async function previewRun(engine: Engine, run: string, signal: AbortSignal): Promise<PreviewOutput> {
  const created = runOf(engine, run);
  const known = dataOf('plan.made', engine.ledger.latest(`plan:${run}`));
  if (known) return nextOf(engine, created, known.plan);

  // Git may have been replaced since `init`: one that is too old is named before anything is asked of it.
  await engine.store.version();
  const { branchRef, base: head } = await readBranch(engine);
  const open = await tryLookOutside(engine, `run ${run}`);
  const tampered = [...(await tamperWarnings(engine, run)), ...(await dirtyWarning(engine, created, head))];
  const look = () => madeBy(engine, created, head, signal);
  const made = await stated('Nothing was changed.', look);
  const freeBytes = await engine.outside.files.freeBytes(engine.paths.home);
  const { draft, playbook, score, inputs, goal, risk } = made;
  const base = goal.kind === 'submit' ? goal.base : head;
  const placed = playbook === null ? null : placeRun(engine, { run, playbook, draft });
  const tree = placed?.tree ?? made.tree;
  // A run that settles outside changes needs no word about them.
  const others = playbook?.plan === 'outside.choose' ? [] : open;
  const warnings = [...(await openWarning(engine, others)), ...tampered];
  const steps = await withThinking(engine, run, stepsOf(engine, run, made));
  const touched = await touchedQuestion(engine, { open: others, draft, baseTree: await engine.store.treeOf(head) });
  const withoutHash: Omit<Plan, 'hash'> = {
    goalText: created.goal,
    goal,
    playbook: playbook?.id ?? created.kind,
    score,
    tree,
    risk,
    branchRef,
    base,
    inputs,
    steps,
    moves: draft.moves,
    rejected: draft.rejected,
    lockText: draft.lockText,
    requirementsText: draft.requirementsText,
    files: draft.files ?? [],
    notes: [...(draft.notes ?? []), ...(placed === null ? [] : [`works in ${placed.tree}: ${placed.reason}`])],
    mustAsk: draft.mustAsk ?? touched,
    estimates: {
      downloadBytes: draft.downloadBytes,
      diskBytes: draft.diskBytes,
      diskFreeBytes: freeBytes,
      ...estimateRun({
        ...lastTimes(engine, playbook?.id ?? created.kind),
        downloadBytes: draft.downloadBytes,
        diskBytes: draft.diskBytes,
        changesNothing: draft.changesNothing ?? false,
      }),
      ...costOf(engine, run, steps, made.model ?? null),
    },
    warnings: [...warnings, ...draft.warnings],
    brokenPromises: draft.brokenPromises ?? [],
    model: made.model ?? null,
  };
  const meeting = await conflictWarnings(engine, run, withoutHash);
  const complete = { ...withoutHash, warnings: [...withoutHash.warnings, ...meeting] };
  const plan: Plan = { ...complete, hash: planHash(complete, (text) => engine.outside.digest.sha256(text)) };
  await engine.ledger.append([
    ...(placed === null ? [] : [row('run.placed', { run, ...placed }, { run, keys: [`placed:${run}`] })]),
    row('plan.made', { run, plan }, { run, keys: [`plan:${run}`] }),
  ]);
  await lookForConflicts(engine, `${run} was planned`);
  return nextOf(engine, created, plan);
}

const stepsOf = (engine: Engine, run: string, { playbook, inputs, steps }: Made): Plan['steps'] =>
  playbook === null
    ? (steps ?? [])
    : withNamedHints({ run, playbook: playbook.id }, () =>
        plannedSteps(playbook, { inputs, installation: installationFacts(engine.config) }),
      );

async function nextOf(engine: Engine, created: RunCreated, plan: Plan): Promise<PreviewOutput> {
  if (plan.goal.kind === 'restore' && plan.mustAsk === null) return { next: 'submit' };
  if (plan.goal.kind === 'open') return { next: 'execute' };
  const { maxDownloadBytes } = engine.config.policy;
  const { downloadBytes, diskBytes, diskFreeBytes } = plan.estimates;
  // A size that nobody knows is over the cap until a person says otherwise.
  const within = downloadBytes !== null && downloadBytes <= maxDownloadBytes && (diskBytes ?? 0) < diskFreeBytes;
  const isSaid = saidYes(created);
  if ((!within || plan.mustAsk !== null) && !isSaid) return { next: 'ask' };
  const by = isSaid ? created.by : ({ kind: 'rule', name: 'download-cap' } as const);
  const reason = isSaid ? 'said yes beforehand (--yes)' : `downloads no more than the cap of ${maxDownloadBytes} bytes`;
  const data = { run: created.run, hash: plan.hash, verdict: 'approved', by, reason } as const;
  if (!created.options.previewOnly && !engine.ledger.latest(`plan-answer:${created.run}`)) {
    await engine.ledger.append([
      row('plan.answered', data, { run: created.run, keys: [`plan-answer:${created.run}`] }),
    ]);
  }
  return { next: plan.goal.kind === 'work' ? 'execute' : 'submit' };
}

/** Reads home's branch and takes its commit into the store. Faults `HOME_*` name what is unfit. */
export async function readBranch(engine: Engine): Promise<{ branchRef: string; base: CommitId }> {
  const state = await engine.home.inspect();
  if (state.kind === 'unfit') throw await unfitHome(engine, state);
  await engine.store.importCommit({ gitDir: engine.paths.gitDir, commit: state.head, name: 'branch' });
  const [unsupported] = await engine.store.findUnsupported(await engine.store.treeOf(state.head));
  if (unsupported) throw unsupportedHome(unsupported);
  return { branchRef: state.branchRef, base: asCommitId(state.head) };
}

async function tamperWarnings(engine: Engine, run: string): Promise<readonly string[]> {
  const differences = await findTampering(engine);
  if (differences.length === 0) return [];
  await engine.ledger.append([row('tamper.found', { run, task: null, differences }, { run, keys: [`tamper:${run}`] })]);
  return [
    `git files of home changed since the last run, and are not obeyed: ${differences.slice(0, 5).map(describeDifference).join(', ')}`,
  ];
}

async function dirtyWarning(engine: Engine, created: RunCreated, base: CommitId): Promise<readonly string[]> {
  // Somebody's own work says itself what of it is taken; a slot for a person merges nothing.
  if (created.kind === 'submit' || created.kind === 'open') return [];
  const dirty = await engine.home.dirtyPaths(base);
  if (dirty.length === 0) return [];
  return [
    `${dirty.length === 1 ? '1 file of home has' : `${dirty.length} files of home have`} edits of yours (${dirty.slice(0, 3).join(', ')}); a merge that touches one of them waits`,
  ];
}

/** What each kind of run plans with. */
async function madeBy(engine: Engine, created: RunCreated, head: CommitId, signal: AbortSignal): Promise<Made> {
  switch (created.kind) {
    case 'work':
      return planWork(engine, created, head, signal);
    case 'undo':
    case 'restore':
      return planRestore(engine, created, head);
    case 'submit':
      return { ...own, ...(await planSubmit(engine, created, head)), risk: 'medium' };
    case 'open':
      return { ...own, ...planOpen(engine, created), risk: 'low' };
  }
}

/** No playbook has part in it. */
const own = { playbook: null, score: 0, inputs: {} } as const;

interface Made {
  readonly draft: PlanDraft;
  readonly playbook: Playbook | null;
  readonly score: number;
  readonly inputs: Readonly<Record<string, string>>;
  readonly goal: PlanGoal;
  readonly tree: string;
  readonly risk: Plan['risk'];
  /** Where no playbook names them. */
  readonly steps?: Plan['steps'];
  /** The model that planned, `provider/model`. */
  readonly model?: string;
}

async function planWork(engine: Engine, created: RunCreated, base: CommitId, signal: AbortSignal): Promise<Made> {
  const understood = await understandOrDraft(engine, created, { base, signal });
  const { playbook, inputs, drafted } = understood;
  const action = actions.find((one) => one.id === playbook.plan) as PlanningAction | undefined;
  if (action?.effect !== 'plan')
    throw new Fault(
      'PLAYBOOK_UNKNOWN_REFERENCE',
      `Playbook ${playbook.id} plans with ${playbook.plan}, which is no planning action.`,
    );
  const { clock, digest, files, python, accelerators } = engine.outside;
  const { index } = engine.config.python;
  const baseTree = await engine.store.treeOf(base);
  const unread: string[] = [];
  const context: PlanningContext = {
    config: engine.config,
    paths: engine.paths,
    clock,
    digest,
    files,
    python,
    accelerators,
    store: engine.store,
    bundles: engine.outside.bundles,
    sources: engine.sources,
    interpreter: async () => interpreterOf(engine, (await readDeclaration(engine, baseTree)).lockText),
    index,
    baseTree,
    environmentNow: async () => {
      const { lockText } = await readDeclaration(engine, baseTree);
      return (await findEnvironment(engine, lockText)).condition;
    },
    wasOnBranch: (component) => wasOnBranch(engine, component),
    signal,
    mark: markOf(engine, created.run),
    pointName: async (asked) => {
      const points = await listRestorePoints(engine);
      return findPoint(
        points.filter((one) => !one.isVoid),
        asked,
      ).name;
    },
    bisectLine: async (asked) => {
      const { good, bad, commits } = await bisectLine(engine, base, asked);
      return { good: good.name, bad: bad.name, nCommits: commits.length - 1 };
    },
    outsideChanges: async () => openDifferences(engine),
    definitions: engine.definitions,
    questions: new Set(Object.keys(engine.template.questions)),
    treeInUse: (id) => whyTreeInUse(engine, id),
    memory: engine.memory,
    failedBefore: async (name) => {
      try {
        return await failedBefore(engine, name);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        unread.push(
          `memory could not be read (${error.code}): whether a version of ${name} failed here before is not known`,
        );
        return [];
      }
    },
  };
  const planned = await action.plan(context, action.input.parse(inputs));
  const draft = {
    ...planned,
    warnings: [...planned.warnings, ...unread],
    ...(drafted && { mustAsk: writtenBy(drafted) }),
  };
  return {
    draft,
    playbook,
    score: understood.score,
    inputs: { ...inputs, ...draft.pins },
    goal: { kind: 'work' },
    tree: playbook.tree,
    // What a model says of its own risk lowers nothing.
    risk: drafted === undefined ? playbook.risk : worseRisk(playbook.risk, 'medium'),
    ...(drafted === undefined ? {} : { model: `${drafted.provider}/${drafted.model}` }),
  };
}

const writtenBy = ({ provider, model }: { readonly provider: string; readonly model: string }): string =>
  `a language model wrote this plan (${provider}/${model})`;

async function planRestore(engine: Engine, created: RunCreated, base: CommitId): Promise<Made> {
  const target =
    created.kind === 'undo'
      ? await planUndo(engine, base, created.restore)
      : await planRestoreTo(engine, base, created.restore ?? '');
  if (target.proposed === (await engine.store.treeOf(base))) {
    throw new Fault('NOTHING_TO_DO', `The branch already has the files of ${target.to}.`, {
      state: 'Nothing was changed.',
    });
  }
  const replaced = await engine.template.findReplaced(engine, target.proposed, target.to);
  const draft: PlanDraft = {
    moves: mergeMoves(target.dropped.flatMap((one) => one.manifest.moves)),
    rejected: [],
    lockText: null,
    requirementsText: null,
    downloadBytes: 0,
    diskBytes: 0,
    notes: await engine.template.restoreNotes(engine, await engine.store.treeOf(base), target.proposed),
    mustAsk: replaced?.why ?? null,
    warnings: [],
  };
  const { to, title, commit, proposed } = target;
  const goal: PlanGoal = {
    kind: 'restore',
    title,
    to,
    commit,
    proposed,
    drops: target.dropped.map((one) => one.name),
    replaces: replaced?.environment ?? null,
  };
  return { draft, playbook: null, score: 1, inputs: {}, goal, tree: treeOfEnvironment(engine), risk: 'medium' };
}

/** Turns the dropped merges' moves round: newest first, so the oldest `from` is where a package ends. */
function mergeMoves(moves: readonly PackageMove[]): readonly PackageMove[] {
  const byName = new Map<string, PackageMove>();
  for (const { name, from, to } of moves) byName.set(name, { name, from: byName.get(name)?.from ?? to, to: from });
  return [...byName.values()].filter((one) => one.from !== one.to);
}

/** How long things took the last time, from their rows. */
function lastTimes(engine: Engine, playbook: string): Pick<KnownBefore, 'lastRunMs' | 'lastStartMs' | 'lastDownMs'> {
  const newest = (kinds: readonly string[]) => engine.ledger.read({ kinds, descending: true, limit: 50 });
  const plans = newest(['plan.made']).filter((entry) => dataOf('plan.made', entry)?.plan.playbook === playbook);
  const finished = plans
    .map((entry) => ({ entry, closed: engine.ledger.latest(`close:${entry.run}`) }))
    .find(({ closed }) => dataOf('run.closed', closed)?.state === 'done');
  const switched = newest(['service.switched'])
    .map((entry) => dataOf('service.switched', entry)?.downMs)
    .find((ms) => typeof ms === 'number');
  return {
    lastRunMs: finished?.closed ? finished.closed.atMs - finished.entry.atMs : null,
    lastStartMs: dataOf('instance.proven', newest(['instance.proven'])[0])?.startMs ?? null,
    lastDownMs: switched ?? null,
  };
}

/** The tree whose scope holds the environment: its reviewers look at a way back. */
function treeOfEnvironment(engine: Engine): string {
  const trees = [...engine.definitions.trees.values()];
  const tree = trees.find((one) => matchesAny(one.scope, 'requirements.lock')) ?? trees[0];
  if (!tree) throw new Fault('TREE_NOT_FOUND', 'There is no tree at all.', { hints: ['orchestrate doctor'] });
  return tree.id;
}
