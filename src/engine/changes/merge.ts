import { Fault } from '../../base/fault.ts';
import { asCommitId, asGitTreeId, type CommitId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import { mergeMessage } from '../../domain/changes/merge-message.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { MergeOutput } from '../../domain/machines/change.machine.ts';
import { type RestoreManifest, restoreName } from '../../domain/restore/manifest.ts';
import type { Engine } from '../engine.ts';
import { approvedBy, findApproval, type ApprovedBy } from '../policy/approvals.ts';
import { findTimeHold } from '../policy/hold.ts';
import { mendPoints } from '../restore/mend.ts';
import { listRestorePoints, nextRestoreNumber, pointAt } from '../restore/points.ts';
import { byHandManifest, publishPoint, writePoint } from '../restore/publish.ts';
import { planOf, runOf } from '../tasks/task-view.ts';
import { hasLeft } from './beyond-recall.ts';
import { branchFault, branchHead } from './branch-head.ts';
import { draftOf, orchestrateAuthor } from './draft.ts';
import { regeneratedOf } from './exact-tree.ts';
import { type Gated, gatedOf, gateRowOf } from './gate.ts';
import { mergeKey } from './merge-key.ts';
import { noteAddress } from './pinned-address.ts';
import { awaitedFault, findLanded } from './proposal.ts';
import { recordOnce } from './record-once.ts';
import { mayBePushed, movedFault, pushMerge, remoteRule, type RemoteRule } from './remote.ts';

/** Fixed before anything moves: from it commit and tags come out the same however often they are made. */
interface MergeIntent {
  readonly base: string;
  readonly exact: string;
  readonly branchRef: string;
  readonly atSeconds: number;
  /** Number of the base's own restore point, when a person committed it by hand; else null. */
  readonly baseNumber: number | null;
  readonly number: number;
  readonly journal: RestoreManifest['journal'];
  /** Where it goes beside home, as it was said when it began; absent in rows of a version that knew no remotes. */
  readonly remote?: (RemoteRule & { readonly address?: string | null }) | null;
  /** The commit by which the remote took it, where it was proposed there. */
  readonly landed?: string | null;
  /** Who approved it, as it was when it began; absent in older rows. */
  readonly approved?: ApprovedBy;
}

/**
 * Merges an approved change: commit and restore points first, then the branch by compare-and-swap, then
 * home's files. Each is an intent and an outcome, and the same routine finishes after a kill.
 * `moved` when the branch is no longer the base, or it is no time to merge any more: nothing of it has moved then.
 */
export function mergeChange(engine: Engine, change: string): Promise<MergeOutput> {
  return engine.inMergeTurn(change, async () => {
    const drafted = draftOf(engine, change);
    const gated = gatedOf(engine, change);
    const key = mergeKey(change, gateRowOf(engine, change));
    // What has begun was approved when it began, and is finished: the merge itself may have brought another policy.
    const isBegun = engine.ledger.latest(`effect:${key}:intent`) !== undefined;
    if (!gated || (!isBegun && !findApproval(engine, gated))) {
      throw new Fault('CHANGE_MOVED', `${change} has no approval of the tree that would merge.`, {
        state: 'Nothing was merged.',
      });
    }
    const { run } = drafted;
    const base = asCommitId(gated.base);

    // While it waited for its turn another merge may have moved the branch: then not even a restore point is made.
    if (!isBegun && (await branchHead(engine, planOf(engine, run).branchRef)) !== base) return { kind: 'moved' };
    if (await isForLater(engine, change)) {
      await voidUnmerged(engine, change);
      return { kind: 'moved' };
    }
    // A number that somebody's deletion made free must not be given out again.
    if (!isBegun) await mendPoints(engine);
    const intent = (await engine.perform(
      { key: `${key}:intent`, name: 'fix what merges', input: { base, exact: gated.exact }, run },
      { act: () => fixIntent(engine, { change, gated, branchRef: planOf(engine, run).branchRef }) },
    )) as unknown as MergeIntent;
    const made = await engine.perform(
      {
        key: `${key}:objects`,
        name: 'write commit and restore tags',
        input: { ...intent } as unknown as JsonObject,
        run,
      },
      { act: () => writeObjects(engine, change, intent) },
    );
    for (const point of made.points) {
      await engine.perform(
        {
          key: `${key}:point:${point.manifest.number}`,
          name: 'publish the restore point',
          input: { name: point.name, object: point.object },
          run,
        },
        { act: () => publishPoint(engine, { point, known: base, run }) },
      );
    }
    const isSent = await sendBefore(engine, {
      change,
      key,
      intent,
      commit: asCommitId(made.commit),
      points: made.points,
    });
    if (isSent === 'moved') {
      for (const point of made.points) await voidPoint(engine, { point, change, run });
      return { kind: 'moved' };
    }
    const moved = await engine.perform(
      {
        key: `${key}:branch`,
        name: 'move the branch',
        input: { ref: intent.branchRef, from: base, to: made.commit },
        run,
      },
      { act: () => moveWith(engine, { intent, base, commit: asCommitId(made.commit), isSent: isSent === 'sent' }) },
    );
    if (!moved.moved) {
      for (const point of made.points) await voidPoint(engine, { point, change, run });
      return { kind: 'moved' };
    }
    await recordOnce(engine, `${key}:moved`, () =>
      row(
        'branch.moved',
        { ref: intent.branchRef, from: base, to: made.commit, change },
        { run, keys: ['branch', `merged:${change}`, `${key}:moved`] },
      ),
    );
    await requireBranch(engine, intent.branchRef);
    const before = await engine.store.treeOf(base);
    const applied = await engine.perform(
      { key: `${key}:home`, name: "bring home's files", input: { before, after: gated.exact }, run },
      { act: () => engine.home.applyPaths(before, asGitTreeId(gated.exact)) },
    );
    await recordOnce(engine, `${key}:applied`, () =>
      row(
        'home.applied',
        { change, written: applied.written, kept: applied.kept, indexRefreshed: applied.indexRefreshed },
        { run, keys: [`home:${change}`, `${key}:applied`] },
      ),
    );
    return { kind: 'merged' };
  });
}

/** Sends the merge to the remote where it goes there first. `moved`: home's branch moved before anything was sent. */
async function sendBefore(
  engine: Engine,
  options: { change: string; key: string; intent: MergeIntent; commit: CommitId; points: readonly PointMade[] },
): Promise<'sent' | 'moved' | 'none'> {
  const { change, key, intent, commit, points } = options;
  const { run } = draftOf(engine, change);
  const base = asCommitId(intent.base);
  if (intent.remote?.rule === 'proposal') {
    const { branch } = intent.remote;
    const address = await engine.remotes.addressOf(intent.remote.remote);
    await recordOnce(engine, `${key}:landed`, () =>
      row('remote.landed', { change, address, branch, commit }, { run, keys: [`landed:${change}`, `${key}:landed`] }),
    );
    return 'sent';
  }
  if (intent.remote?.rule !== 'before') return 'none';
  if (!mayBePushed(engine, key) && (await branchHead(engine, intent.branchRef)) !== base) return 'moved';
  await pushMerge(engine, intent.remote, { key, change, run, commit, base, points });
  return 'sent';
}

/** Moves home's branch. What the remote has already is not called off: a person who committed meanwhile puts theirs on top. */
async function moveWith(
  engine: Engine,
  options: { intent: MergeIntent; base: CommitId; commit: CommitId; isSent: boolean },
): Promise<{ moved: boolean; actual: string | null }> {
  const { intent, base, commit, isSent } = options;
  const outcome = await moveBranch(engine, { ref: intent.branchRef, from: base, to: commit });
  if (outcome.moved || !isSent || !intent.remote) return outcome;
  throw await movedFault(engine, intent.remote, { at: commit, head: asCommitId(outcome.actual ?? base) });
}

/** Files are written only while home shows the branch that they belong to. */
export async function requireBranch(engine: Engine, branchRef: string): Promise<void> {
  const state = await engine.home.inspect();
  if (state.kind === 'ready' && state.branchRef === branchRef) return;
  throw await branchFault(engine, branchRef);
}

/**
 * Whether a freeze began, or its window shut, before anything of the merge has left: after a remote that was away, or a resume. It goes
 * back into the line then. What was called off so before a kill stays called off, though the window may be open again.
 */
export async function isForLater(engine: Engine, change: string): Promise<boolean> {
  if (engine.ledger.latest(`merged:${change}`)) return false;
  if (pointsMade(engine, change).some(({ manifest }) => engine.ledger.latest(`void:${manifest.number}`))) return true;
  if (findTimeHold(engine, change) === undefined) return false;
  // A branch that is gone cannot say whether it had the merge.
  const { branchRef } = planOf(engine, draftOf(engine, change).run);
  return (await engine.home.findRef(branchRef)) !== undefined && !(await hasLeft(engine, change));
}

function pointsMade(engine: Engine, change: string): readonly PointMade[] {
  const key = mergeKey(change, gateRowOf(engine, change));
  const made = dataOf('effect.done', engine.ledger.latest(`effect:${key}:objects`));
  return (made?.output['points'] ?? []) as unknown as readonly PointMade[];
}

/** Voids the points of a change that was called off after they were made: the branch never took its commit. */
export async function voidUnmerged(engine: Engine, change: string): Promise<void> {
  if (engine.ledger.latest(`merged:${change}`) || !gatedOf(engine, change)) return;
  for (const point of pointsMade(engine, change))
    await voidPoint(engine, { point, change, run: draftOf(engine, change).run });
}

/** A point whose commit the branch never took is told, and offered to nobody. */
async function voidPoint(engine: Engine, options: { point: PointMade; change: string; run: string }): Promise<void> {
  const { point, change, run } = options;
  const { number, made } = point.manifest;
  if (made === 'by-hand') return;
  await recordOnce(engine, `void:${number}`, () =>
    row('restore.voided', { number, tag: `restore/${point.name}`, change }, { run, keys: [`void:${number}`] }),
  );
}

async function fixIntent(
  engine: Engine,
  options: { change: string; gated: Gated; branchRef: string },
): Promise<MergeIntent> {
  const { change, gated, branchRef } = options;
  const remote = remoteRule(engine, draftOf(engine, change).run, branchRef);
  const landed = remote?.rule === 'proposal' ? ((await findLanded(engine, remote, change)) ?? null) : null;
  if (remote?.rule === 'proposal' && landed === null) throw await awaitedFault(engine, remote, change);
  const points = await listRestorePoints(engine);
  const hasBasePoint = pointAt(points, asCommitId(gated.base)) !== undefined;
  const next = nextRestoreNumber(points);
  return {
    base: gated.base,
    exact: gated.exact,
    branchRef,
    atSeconds: Math.floor(engine.outside.clock.nowMs() / 1000),
    baseNumber: hasBasePoint ? null : next,
    number: hasBasePoint ? next : next + 1,
    journal: engine.ledger.head(),
    remote: remote === null ? null : { ...remote, address: await noteAddress(engine, remote) },
    landed,
    approved: approvedBy(engine, gated),
  };
}

interface PointMade {
  readonly name: string;
  readonly object: string;
  readonly manifest: RestoreManifest;
}

async function writeObjects(
  engine: Engine,
  change: string,
  intent: MergeIntent,
): Promise<{ commit: CommitId; points: readonly PointMade[] }> {
  const drafted = draftOf(engine, change);
  const created = runOf(engine, drafted.run);
  const plan = planOf(engine, drafted.run);
  const { atSeconds, journal } = intent;
  const base = asCommitId(intent.base);
  const exact = asGitTreeId(intent.exact);
  const name = restoreName(intent.number, drafted.title);
  // Put onto a branch that had moved, a change may move other packages than its plan said.
  const moves = regeneratedOf(engine, change, intent.exact)?.moves ?? plan.moves;
  const { reviewedBy, brokeGlass } = intent.approved ?? approvedBy(engine, { change, ...intent });
  const message = mergeMessage({
    title: drafted.title,
    moves,
    trailers: {
      Run: drafted.run,
      Change: change,
      [plan.goal.kind === 'submit' ? 'Author' : 'Agent']: drafted.authors.join(', '),
      'Reviewed-by': reviewedBy,
      'Broke-glass': brokeGlass,
      'Restore-point': `restore/${name}`,
    },
  });
  const own = { tree: exact, parents: [base], message, author: orchestrateAuthor, atSeconds };
  const commit = typeof intent.landed === 'string' ? asCommitId(intent.landed) : await engine.store.commit(own);
  const points: PointMade[] = [];
  if (intent.baseNumber !== null) {
    const manifest = await byHandManifest(engine, { commit: base, number: intent.baseNumber, journal });
    points.push(await writePoint(engine, manifest, atSeconds));
  }
  const made = created.kind === 'undo' || created.kind === 'restore' ? created.kind : 'merge';
  const state = await engine.template.stateOf(engine, exact);
  const manifest: RestoreManifest = {
    version: 1,
    number: intent.number,
    title: drafted.title,
    commit,
    tree: exact,
    ...state,
    made,
    run: drafted.run,
    change,
    moves,
    journal,
  };
  points.push(await writePoint(engine, manifest, atSeconds));
  return { commit, points };
}

/** Compare-and-swap in home, then the store's own copy follows. A branch that already is `to` counts as moved. */
export async function moveBranch(
  engine: Engine,
  options: { ref: string; from: CommitId; to: CommitId },
): Promise<{ moved: boolean; actual: string | null }> {
  const { ref, from, to } = options;
  await engine.home.deliverObjects({ commit: to, known: from });
  const outcome = await engine.home.updateRefs([{ ref, from, to }]);
  const actual = outcome.kind === 'moved' ? to : outcome.actual;
  if (actual !== to && !(await holds(engine, ref, to))) return { moved: false, actual };
  const own = (await engine.store.findRef('refs/orchestrate/branch')) ?? null;
  if (own !== to) await engine.store.updateRefs([{ ref: 'refs/orchestrate/branch', from: own, to }]);
  return { moved: true, actual };
}

/** Whether the branch has moved on from `commit`: a person may have committed on top before a kill was noticed. */
async function holds(engine: Engine, ref: string, commit: CommitId): Promise<boolean> {
  const head = await branchHead(engine, ref);
  return engine.store.isAncestor(commit, head);
}
