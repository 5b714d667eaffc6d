import { Fault } from '../../base/fault.ts';
import { asCommitId, type CommitId } from '../../base/ids.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { restoreRef } from '../../domain/restore/manifest.ts';
import type { RefUpdate } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { runOf } from '../tasks/task-view.ts';
import { requireAddress } from './pinned-address.ts';
import { recordOnce } from './record-once.ts';

/**
 * What a remote has to do with a merge. `before`: the commit goes there first. `proposal`: it is proposed there, and home
 * follows. `after`: a way back, or what takes a merge back, must not wait for a network: home moves, then it is sent.
 */
export interface RemoteRule {
  readonly rule: 'before' | 'proposal' | 'after';
  readonly remote: string;
  readonly branch: string;
  readonly pushTags: boolean;
}

/** Returns the rule for a run's merge as orchestrate.yaml says now, or null where merges go nowhere. */
export function remoteRule(engine: Engine, run: string, branchRef: string): RemoteRule | null {
  const { mode, remote, branch, pushTags } = engine.config.merge;
  if (mode === 'local' || remote === null) return null;
  const { kind } = runOf(engine, run);
  const isWayBack = kind === 'undo' || kind === 'restore';
  const rule = isWayBack ? 'after' : mode === 'push' ? 'before' : 'proposal';
  return { rule, remote, branch: branch ?? branchRef.replace('refs/heads/', ''), pushTags };
}

const unmoved = 'Home and production are as they were. It goes on as soon as that is settled.';

/** Where the remote's branch stands, beside a commit of home's branch. */
export interface RemoteStand {
  readonly at: CommitId;
  /** The remote has nothing that home lacks. */
  readonly isBehindOrEven: boolean;
}

/**
 * Compares the remote's branch with home's. Takes it into the store where the store does not know it. Faults:
 * `REMOTE_MOVED` when the remote has no such branch, `REMOTE_UNREACHABLE`, `REMOTE_REFUSED`.
 */
export async function readStand(engine: Engine, rule: RemoteRule, head: CommitId): Promise<RemoteStand> {
  const there = { remote: rule.remote, branch: rule.branch };
  const at = await engine.remotes.readBranch(there);
  if (at === undefined) throw await noBranch(engine, rule);
  if (at === head) return { at, isBehindOrEven: true };
  const isKnown =
    (await engine.store.findRef('refs/orchestrate/incoming/remote')) === at ||
    (await engine.store.history(head, 1_000)).includes(at);
  const fetched = isKnown ? at : await engine.remotes.fetchBranch(there);
  if (fetched === undefined) throw await noBranch(engine, rule);
  return { at: fetched, isBehindOrEven: await engine.store.isAncestor(fetched, head) };
}

async function noBranch(engine: Engine, rule: RemoteRule): Promise<Fault> {
  const address = await engine.remotes.addressOf(rule.remote);
  return new Fault('REMOTE_MOVED', `${address} has no branch ${rule.branch}.`, {
    hints: [`git push ${rule.remote} HEAD:refs/heads/${rule.branch}   (in home)`],
    state: unmoved,
  });
}

/** The remote has commits that home does not have: they are the person's to take. */
export async function movedFault(
  engine: Engine,
  rule: RemoteRule,
  options: { at: CommitId; head: CommitId },
): Promise<Fault> {
  const { at, head } = options;
  const address = await engine.remotes.addressOf(rule.remote);
  const isAhead = await engine.store.isAncestor(head, at);
  return new Fault('REMOTE_MOVED', `${rule.branch} of ${address} is at ${at.slice(0, 7)}, which home does not have.`, {
    hints: [
      isAhead
        ? `git pull --ff-only ${rule.remote} ${rule.branch}   (in home; the change is proven again on top)`
        : `git pull --rebase ${rule.remote} ${rule.branch}   (in home: both have commits of their own)`,
    ],
    state: unmoved,
    data: { remote: at, home: head },
  });
}

export interface Push {
  readonly key: string;
  readonly change: string;
  readonly run: string;
  readonly commit: CommitId;
  /** Home's branch before the merge. */
  readonly base: CommitId;
  readonly points: readonly { readonly name: string; readonly object: string }[];
}

/**
 * Sends the merge to the remote's branch, from exactly the value that it was seen at. A repeat asks the remote first: what is
 * there already is not sent again. Faults: `REMOTE_MOVED`, `REMOTE_REJECTED`, `REMOTE_UNREACHABLE`; nothing has moved then,
 * unless the fault says that it may have arrived.
 */
export async function pushMerge(engine: Engine, rule: RemoteRule, push: Push): Promise<void> {
  const { key, change, run, commit, points } = push;
  const tags = rule.pushTags ? points : [];
  const isSent = engine.ledger.latest(`effect:${key}:push`)?.kind === 'effect.done';
  const address = isSent ? await engine.remotes.addressOf(rule.remote) : await requireAddress(engine, rule, run);
  const sent = await engine.perform(
    {
      key: `${key}:push`,
      name: 'push to the remote',
      input: { address, branch: rule.branch, to: commit, tags: tags.map((one) => one.name) },
      run,
    },
    {
      look: () => findPushed(engine, rule, push),
      act: () => sendMerge(engine, rule, { ...push, points: tags, address }),
    },
  );
  await recordOnce(engine, `${key}:pushed`, () =>
    row(
      'remote.pushed',
      { change, address, branch: rule.branch, from: sent.from, to: commit, tags: tags.map((one) => one.name) },
      { run, keys: [`pushed:${change}`, `${key}:pushed`] },
    ),
  );
}

/** Whether the remote's branch holds the commit already. */
async function findPushed(engine: Engine, rule: RemoteRule, push: Push): Promise<{ from: string | null } | undefined> {
  const there = { remote: rule.remote, branch: rule.branch };
  const at = await engine.remotes.readBranch(there);
  if (at === push.commit) return { from: null };
  if (at === undefined || (await engine.store.history(push.base, 1_000)).includes(at)) return undefined;
  const fetched = await engine.remotes.fetchBranch(there);
  return fetched !== undefined && (await engine.store.isAncestor(push.commit, fetched)) ? { from: null } : undefined;
}

async function sendMerge(
  engine: Engine,
  rule: RemoteRule,
  push: Push & { readonly address: string },
): Promise<{ from: string | null }> {
  const found = await findPushed(engine, rule, push);
  if (found) return found;
  const { at, isBehindOrEven } = await readStand(engine, rule, push.base);
  if (!isBehindOrEven) throw await movedFault(engine, rule, { at, head: push.base });
  const updates: RefUpdate[] = [
    { ref: `refs/heads/${rule.branch}`, from: at, to: push.commit },
    ...push.points.map((one) => ({ ref: restoreRef(one.name), from: null, to: one.object })),
  ];
  // To the address itself: what a name leads to may be another by now.
  await sendRefs(engine, { ...rule, remote: push.address }, updates);
  return { from: at };
}

async function sendRefs(engine: Engine, rule: RemoteRule, updates: readonly RefUpdate[]): Promise<void> {
  const outcome = await engine.remotes.push({ remote: rule.remote, updates }).catch((error: unknown) => {
    throw error instanceof Fault && error.code === 'REMOTE_UNREACHABLE' ? unsure(error) : error;
  });
  if (outcome.kind === 'moved') return;
  const address = await engine.remotes.addressOf(rule.remote);
  if (outcome.reason === 'moved')
    throw new Fault('REMOTE_MOVED', `${outcome.ref} of ${address} moved while it was pushed to.`, {
      hints: [`git pull --ff-only ${rule.remote} ${rule.branch}   (in home)`],
      state: unmoved,
    });
  throw new Fault('REMOTE_REJECTED', `${address} does not take ${outcome.ref}: ${outcome.said}.`, {
    hints: ['Settle it with whoever looks after that repository, then resume the run.'],
    state: unmoved,
    data: { said: outcome.said },
  });
}

/** The answer was lost: what was sent may have been taken. The next look asks the remote. */
const unsure = (error: Fault): Fault =>
  new Fault('REMOTE_UNREACHABLE', error.message, {
    hints: error.hints,
    state:
      'Home and production are as they were; it may have arrived there, which is asked before anything is sent again.',
    data: { ...error.data, mayHaveArrived: true },
    cause: error,
  });

/** Whether the commit of a merge was sent, or may have been: then it is finished, not called off. */
export function mayBePushed(engine: Engine, key: string): boolean {
  const newest = engine.ledger.latest(`effect:${key}:push`);
  if (newest === undefined) return false;
  return newest.kind !== 'effect.failed' || dataOf('effect.failed', newest)?.fault.data?.['mayHaveArrived'] === true;
}

/** The commit of a merge that the remote has, or may have, and that home's branch has to contain before anything else. */
export function sentCommit(engine: Engine, key: string): CommitId | undefined {
  const made = dataOf('effect.done', engine.ledger.latest(`effect:${key}:objects`))?.output['commit'];
  const isSent = mayBePushed(engine, key) || engine.ledger.latest(`${key}:landed`) !== undefined;
  return isSent && typeof made === 'string' ? asCommitId(made) : undefined;
}

/**
 * After production is where it should be: sends what home's branch holds and the remote does not, where a way back or a
 * revert moved home alone. It never fails the change: what could not be sent is told, and goes along with the next merge.
 */
export async function followWithRemote(engine: Engine, change: string): Promise<void> {
  const moved = dataOf('branch.moved', engine.ledger.latest('branch'));
  if (moved?.change !== change) return;
  const run = dataOf('change.drafted', engine.ledger.latest(`change:${change}`))?.run;
  const rule = run === undefined ? null : remoteRule(engine, run, moved.ref);
  const sent = dataOf('remote.pushed', engine.ledger.latest(`pushed:${change}`));
  const landed = dataOf('remote.landed', engine.ledger.latest(`landed:${change}`));
  if (run === undefined || rule === null || sent?.to === moved.to || landed?.commit === moved.to) return;
  if (engine.ledger.latest(`behind:${change}`)) return;
  const commit = asCommitId(moved.to);
  try {
    if (engine.config.merge.mode === 'pull-request') throw await aloneFault(engine, rule);
    const push: Push = { key: `follow:${change}:${moved.to}`, change, run, commit, base: commit, points: [] };
    await pushMerge(engine, rule, push);
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'EPOCH_OLD') throw error;
    const address = await engine.remotes.addressOf(rule.remote).catch(() => rule.remote);
    const data = { change, address, branch: rule.branch, commit, fault: error.toRecord() };
    await engine.ledger.append([row('remote.behind', data, { run, keys: [`behind:${change}`] })]);
  }
}

async function aloneFault(engine: Engine, rule: RemoteRule): Promise<Fault> {
  const address = await engine.remotes.addressOf(rule.remote);
  return new Fault('REMOTE_MOVED', `Home went back without ${address}: no pull request was asked for that.`, {
    hints: [`git push ${rule.remote} HEAD:refs/heads/${rule.branch}   (or a pull request with the same files)`],
    state: 'Home and production are where they should be; later changes wait until the remote has that commit.',
  });
}
