import { Fault } from '../../base/fault.ts';
import { asCommitId, asGitTreeId, type CommitId, type GitTreeId } from '../../base/ids.ts';
import type { Member, Touching } from '../../domain/conflicts/pairs.ts';
import { torchFamily } from '../../domain/environments/promises.ts';
import { parseRequirements } from '../../domain/environments/requirements.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { packagesAbout } from '../../domain/plans/packages-about.ts';
import { type Plan, plannedFiles } from '../../domain/plans/plan.ts';
import { inLine } from '../../domain/queue/rank.ts';
import { footprintBetween } from '../changes/footprints.ts';
import type { Engine } from '../engine.ts';
import { enteredOf, priorityOf } from '../queue/place.ts';
import { standings } from '../queue/turn.ts';
import { requireLease, snapshotSlot } from '../tasks/slot.ts';

/** Somebody's work that is not on the branch yet, as trees. */
export interface Work extends Member {
  readonly base: CommitId;
  readonly baseTree: GitTreeId;
  readonly tree: GitTreeId;
  readonly plan: Omit<Plan, 'hash'> | undefined;
}

/** States of a change whose files are not on the branch. */
const isOpen = (state: string): boolean => !['merged', 'switchHeld', 'verified', 'reverted'].includes(state);

/** Returns everybody's work that may meet another's: open changes first, then runs at work and opened slots, as they would merge. */
export async function openWork(engine: Engine): Promise<readonly Work[]> {
  const changes: Work[] = [];
  const runs: Work[] = [];
  for (const { subject, state, isFinal } of engine.host.all('change')) {
    const drafted = dataOf('change.drafted', engine.ledger.latest(`change:${subject}`));
    if (isFinal || drafted === undefined || !isOpen(state)) continue;
    const { base, baseTree, proposed, title, run } = drafted;
    changes.push({
      ...{ id: subject, kind: 'change', run, title, plan: planOfRun(engine, run) },
      ...{ base: asCommitId(base), baseTree: asGitTreeId(baseTree), tree: asGitTreeId(proposed) },
    });
  }
  for (const { subject, isFinal } of engine.host.all('run')) {
    const plan = isFinal ? undefined : planOfRun(engine, subject);
    // Once it has proposed something that is what counts; a preview is nobody's work.
    if (plan === undefined || engine.ledger.latest(`change-of:${subject}`) || isPreview(engine, subject)) continue;
    const work =
      plan.goal.kind === 'open' ? await openedWork(engine, subject) : await plannedWork(engine, subject, plan);
    if (work !== undefined) runs.push(work);
  }
  return [...inMergeOrder(engine, changes), ...byAge(engine, runs)];
}

/** What a run does to the files, as far as is known: what its slot holds, else what its plan writes. Undefined: nothing of that. */
export async function plannedWork(engine: Engine, run: string, plan: Omit<Plan, 'hash'>): Promise<Work | undefined> {
  const baseTree = await engine.store.treeOf(plan.base);
  const captured = dataOf('slot.captured', engine.ledger.latest(`captured:${run}`))?.tree;
  const tree = captured === undefined ? await plannedTree(engine, plan, baseTree) : asGitTreeId(captured);
  if (tree === baseTree) return undefined;
  return { id: run, kind: 'run', run, title: plan.goalText, base: plan.base, baseTree, tree, plan };
}

/** What a person did so far in a slot that they opened; its files are stored as they lie there. Undefined: nothing, or nothing that can be stored. */
async function openedWork(engine: Engine, run: string): Promise<Work | undefined> {
  const opened = dataOf('slot.opened', engine.ledger.latest(`opened:${run}`));
  const lease = engine.leases.find(run);
  if (opened === undefined || lease?.slot !== opened.slot || engine.ledger.latest(`kept:${run}`)) return undefined;
  const base = asCommitId(opened.commit);
  const baseTree = await engine.store.treeOf(base);
  const tree = await storable(engine, run);
  if (tree === undefined || tree === baseTree) return undefined;
  return { id: run, kind: 'slot', run, title: `opened slot ${opened.slot}`, base, baseTree, tree, plan: undefined };
}

async function storable(engine: Engine, run: string): Promise<GitTreeId | undefined> {
  try {
    return await snapshotSlot(engine, requireLease(engine, run));
  } catch (error) {
    // Half of an edit, a link, a pipe: what cannot be stored is told when it is submitted.
    if (error instanceof Fault && error.code === 'TREE_REFUSED') return undefined;
    throw error;
  }
}

async function plannedTree({ store }: Engine, plan: Omit<Plan, 'hash'>, baseTree: GitTreeId): Promise<GitTreeId> {
  if (plan.goal.kind === 'restore' || plan.goal.kind === 'submit') return plan.goal.proposed;
  const files = plannedFiles(plan);
  if (files.length === 0) return baseTree;
  return store.editTree(baseTree, new Map(files.map(({ path, text }) => [path, text])));
}

const planOfRun = ({ ledger }: Engine, run: string): Plan | undefined =>
  dataOf('plan.made', ledger.latest(`plan:${run}`))?.plan;

const isPreview = ({ ledger }: Engine, run: string): boolean =>
  dataOf('run.created', ledger.latest(`run:${run}`))?.options.previewOnly ?? false;

/** As the queue has them; what has no place there yet, or none any more, comes behind. */
function inMergeOrder(engine: Engine, changes: readonly Work[]): readonly Work[] {
  const line = standings(engine).map(({ id }) => id);
  const others = changes.filter(({ id }) => !line.includes(id));
  return [...line.flatMap((id) => changes.find((one) => one.id === id) ?? []), ...byAge(engine, others)];
}

/** By age and priority: a change stands in line since it was proposed, a run since it was asked for. */
function byAge({ ledger }: Engine, works: readonly Work[]): readonly Work[] {
  const waiting = works.map((work) => {
    const { id, kind, run } = work;
    const sinceMs = kind === 'change' ? enteredOf(ledger, id).sinceMs : (ledger.latest(`run:${run ?? ''}`)?.atMs ?? 0);
    return { id, priority: priorityOf(ledger, run ?? ''), sinceMs, work };
  });
  return inLine(waiting).map(({ work }) => work);
}

/** Reads what a work touches. */
export async function touching(engine: Engine, work: Work): Promise<Touching> {
  const { id, kind, run, title, baseTree, tree, plan } = work;
  const asked = [...(await askedNames(engine, baseTree)), ...(await askedNames(engine, tree))];
  const about = plan === undefined ? [] : packagesAbout(plan);
  const footprint = await footprintBetween(engine, baseTree, tree);
  return { id, kind, run, title, footprint, wanted: new Set([...asked, ...torchFamily, ...about]) };
}

async function askedNames({ store }: Engine, tree: GitTreeId): Promise<readonly string[]> {
  const bytes = await store.readFile(tree, 'requirements.in');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes ?? new Uint8Array());
    return parseRequirements({ file: 'requirements.in', text }).map(({ name }) => name);
  } catch {
    // What cannot be read asks for nothing that could be compared.
    return [];
  }
}
