import { Fault } from '../../base/fault.ts';
import { asGitTreeId, type CommitId } from '../../base/ids.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { AdmitOutput } from '../../domain/machines/change.machine.ts';
import type { Engine } from '../engine.ts';
import { findApproval } from '../policy/approvals.ts';
import { findTimeHold, mergesInWindow, timeFault } from '../policy/hold.ts';
import { awaitTurn, firstOf } from '../queue/turn.ts';
import { requireLease, snapshotSlot } from '../tasks/slot.ts';
import { planOf } from '../tasks/task-view.ts';
import { branchFault, branchHead } from './branch-head.ts';
import { draftOf } from './draft.ts';
import { gatedOf, gateRowOf } from './gate.ts';
import { mergeKey } from './merge-key.ts';
import { requireAddress } from './pinned-address.ts';
import { awaitedFault, ensureProposal, findForeign, findLanded } from './proposal.ts';
import { movedFault as movedOnRemote, readStand, remoteRule, type RemoteRule, sentCommit } from './remote.ts';

/**
 * Waits for the change's turn, then decides whether it may merge now: same base, same tree, home's touched paths clean. What keeps it
 * from being looked at at all is what it waits for, too.
 */
export async function admitChange(engine: Engine, change: string, signal: AbortSignal): Promise<AdmitOutput> {
  await awaitTurn(engine, change, signal);
  let fault: Fault | undefined;
  try {
    const gated = gatedOf(engine, change);
    const base = await branchHead(engine, branchOf(engine, change));
    if (gated && isOurMerge(engine, change, base)) return { kind: 'go' };
    if (!gated || gated.base !== base || !findApproval(engine, gated)) return { kind: 'moved' };
    fault = await proposeFirst(engine, change, await reasonOn(engine, change, base));
  } catch (error) {
    if (!(error instanceof Fault) || noHold.has(error.code)) throw error;
    fault = error;
  }
  if (!fault) return { kind: 'go' };
  await engine.ledger.append([
    row(
      'change.held',
      { change, fault: fault.toRecord() },
      { run: draftOf(engine, change).run, keys: [`held:${change}`] },
    ),
  ]);
  return { kind: 'hold', fault: fault.toRecord() };
}

/** Where no row can be written, or should be. */
const noHold: ReadonlySet<string> = new Set(['EPOCH_OLD', 'LEDGER_UNAVAILABLE', 'DISK_FULL', 'INTERRUPTED']);

/** A change that waits for a pull request is put there first; when that fails, this is what it waits for. */
async function proposeFirst(engine: Engine, change: string, found: Fault | undefined): Promise<Fault | undefined> {
  const rule = remoteRule(engine, draftOf(engine, change).run, branchOf(engine, change));
  if (found?.code !== 'REMOTE_AWAITED' || rule === null) return found;
  try {
    await ensureProposal(engine, rule, change);
    return found;
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'EPOCH_OLD') throw error;
    return error;
  }
}

/** What the remote has to say about the merge, if anything. */
async function remoteObstacle(engine: Engine, change: string, head: CommitId): Promise<Fault | undefined> {
  const rule = remoteRule(engine, draftOf(engine, change).run, branchOf(engine, change));
  if (rule === null || rule.rule === 'after') return undefined;
  try {
    await requireAddress(engine, rule, draftOf(engine, change).run);
    const sent = sentCommit(engine, mergeKey(change, gateRowOf(engine, change)));
    if (sent !== undefined) return await sentObstacle(engine, { change, rule, sent, head });
    // A branch that moved here is proven again first: what the remote says about the old one is of no use.
    if (gatedOf(engine, change)?.base !== head) return undefined;
    if (rule.rule === 'proposal')
      return (await findLanded(engine, rule, change)) === undefined
        ? ((await findForeign(engine, rule, change)) ?? (await awaitedFault(engine, rule, change)))
        : undefined;
    const { at, isBehindOrEven } = await readStand(engine, rule, head);
    return isBehindOrEven ? undefined : await movedOnRemote(engine, rule, { at, head });
  } catch (error) {
    if (error instanceof Fault && error.code.startsWith('REMOTE_')) return error;
    throw error;
  }
}

/** The remote has the merge, or may have it: it is finished as soon as the remote answers and home's branch can take it. */
async function sentObstacle(
  engine: Engine,
  options: { change: string; rule: RemoteRule; sent: CommitId; head: CommitId },
): Promise<Fault | undefined> {
  const { change, rule, sent, head } = options;
  await engine.remotes.readBranch({ remote: rule.remote, branch: rule.branch });
  if (gatedOf(engine, change)?.base === head || (await engine.store.isAncestor(sent, head))) return undefined;
  return movedOnRemote(engine, rule, { at: sent, head });
}

/** The branch already is this change's own merge, which failed after it had moved: it is finished, not made again. */
function isOurMerge(engine: Engine, change: string, branch: string): boolean {
  const made = dataOf(
    'effect.done',
    engine.ledger.latest(`effect:${mergeKey(change, gateRowOf(engine, change))}:objects`),
  );
  return made?.output['commit'] === branch;
}

const branchOf = (engine: Engine, change: string): string => planOf(engine, draftOf(engine, change).run).branchRef;

/** Changes that are merging, or merged and not yet in production: the next one waits until production has caught up. */
const unfinished = (engine: Engine, change: string) =>
  engine.host
    .all('change')
    .filter((one) => one.subject !== change && ['merging', 'mergeHeld', 'merged', 'switchHeld'].includes(one.state));

/**
 * Why an approved change does not merge now: the clock first, then the world. Nothing, too, when the branch has moved or the approval
 * no longer counts: it has to be proven, or asked about, again at once, not when the window opens.
 */
export async function findReason(engine: Engine, change: string): Promise<Fault | undefined> {
  return reasonOn(engine, change, await branchHead(engine, branchOf(engine, change)));
}

async function reasonOn(engine: Engine, change: string, base: CommitId): Promise<Fault | undefined> {
  const gated = gatedOf(engine, change);
  if (gated && !findApproval(engine, gated)) return undefined;
  const hold = findTimeHold(engine, change);
  if (hold === undefined) return findObstacle(engine, change);
  return gated?.base === base ? timeFault(engine, change, { hold, first: firstOf(engine, change) }) : undefined;
}

/** What stands in the way of the merge, if anything. Looks only. */
export async function findObstacle(engine: Engine, change: string): Promise<Fault | undefined> {
  const drafted = draftOf(engine, change);
  const gated = gatedOf(engine, change);
  if (!gated) return undefined;
  const [other] = unfinished(engine, change);
  if (other) {
    return new Fault(
      'WAITING_FOR_PERSON',
      `${other.subject} has to be finished first: ${other.fault?.message ?? other.state}`,
      {
        hints: [`orchestrate runs resume ${draftOf(engine, other.subject).run}`],
        state: 'Nothing of this change has moved.',
      },
    );
  }
  const state = await engine.home.inspect();
  const branchRef = branchOf(engine, change);
  if (state.kind !== 'ready' || state.branchRef !== branchRef) return branchFault(engine, branchRef);
  if (isOurMerge(engine, change, state.head)) return undefined;
  if (planOf(engine, drafted.run).goal.kind === 'work') {
    const now = await snapshotSlot(engine, requireLease(engine, drafted.run));
    if (now !== drafted.proposed) return movedFault(engine, drafted.run, change, drafted.proposed, now);
  }
  const baseTree = await engine.store.treeOf(gated.base as Parameters<typeof engine.store.treeOf>[0]);
  const paths = await engine.home.comparePaths(baseTree, asGitTreeId(gated.exact));
  const edited = paths.filter((one) => one.is === 'other').map((one) => one.path);
  if (edited.length === 0) return remoteObstacle(engine, change, state.head);
  return new Fault('HOME_DIRTY', `You have edits in ${edited.slice(0, 5).join(', ')}, which ${change} changes.`, {
    hints: ['git stash   (or commit, or take the edits away)', `orchestrate runs resume ${drafted.run}`],
    state: `Your edits are untouched, the branch has not moved. The merge goes on as soon as these paths are clean${mergesInWindow(engine, change) ? ', while the window is open' : ''}.`,
    data: { paths: edited },
  });
}

async function movedFault(engine: Engine, run: string, change: string, approved: string, now: string): Promise<Fault> {
  const differences = await engine.store.differences(asGitTreeId(approved), asGitTreeId(now));
  const paths = differences.map((one) => one.path);
  return new Fault(
    'CHANGE_MOVED',
    `Files of the slot changed after ${change} was proven: ${paths.slice(0, 5).join(', ')}.`,
    {
      hints: [
        `orchestrate review resubmit ${change}   (takes them, to be proven and reviewed anew)`,
        `orchestrate runs cancel ${run}`,
      ],
      state: 'Nothing merges: the approval is of other bytes. The branch and production are as they were.',
      data: { approved, now, paths },
    },
  );
}
