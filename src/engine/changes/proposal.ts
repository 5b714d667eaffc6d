import { Fault } from '../../base/fault.ts';
import { asCommitId, asGitTreeId, type CommitId } from '../../base/ids.ts';
import { mergeMessage } from '../../domain/changes/merge-message.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { planOf } from '../tasks/task-view.ts';
import { draftOf, orchestrateAuthor } from './draft.ts';
import { gatedOf, gateRowOf } from './gate.ts';
import { mergeKey } from './merge-key.ts';
import { requireAddress } from './pinned-address.ts';
import { recordOnce } from './record-once.ts';
import { movedFault, readStand, type RemoteRule } from './remote.ts';

/**
 * Under which branch of the remote a change is proposed. Other installations with the same remote have changes of the same number; one
 * that was proposed by a version that did not think of them stays where it is.
 */
export const proposalBranch = (engine: Engine, change: string): string =>
  dataOf('remote.proposed', engine.ledger.latest(`proposed:${change}`))?.branch ??
  `orchestrate/${engine.config.id}-${change}`;

/** Name of the effect; by it what was put there is found again. */
const proposing = 'propose on the remote';

/** Commits of the remote's branch that are looked through for the one that was asked for. */
const maxLooked = 500;

/**
 * Returns the commit by which the remote took the change: on top of the base by its first parent, with exactly the proven
 * tree, however it was merged there. Undefined while there is none. Fault `REMOTE_MOVED` when the remote went another way.
 */
export async function findLanded(engine: Engine, rule: RemoteRule, change: string): Promise<CommitId | undefined> {
  const gated = gatedOf(engine, change);
  if (!gated) throw new Error(`${change} is proposed without a gate`);
  const base = asCommitId(gated.base);
  const { at } = await readStand(engine, rule, base);
  if (at === base) return undefined;
  const history = await engine.store.history(at, maxLooked);
  const first = history[history.indexOf(base) - 1];
  if (!history.includes(base) || first === undefined) throw await movedFault(engine, rule, { at, head: base });
  if ((await engine.store.treeOf(first)) === asGitTreeId(gated.exact)) return first;
  throw await movedFault(engine, rule, { at, head: base });
}

/** What the person waits for, and has to do on the remote. */
export async function awaitedFault(engine: Engine, rule: RemoteRule, change: string): Promise<Fault> {
  const address = await engine.remotes.addressOf(rule.remote);
  const branch = proposalBranch(engine, change);
  const { run } = draftOf(engine, change);
  return new Fault(
    'REMOTE_AWAITED',
    `${change} is proposed to ${address} as ${branch} and waits to be merged there into ${rule.branch}.`,
    {
      hints: [
        `Open a pull request there from ${branch} into ${rule.branch}, and merge it (squash, merge and rebase are all right).`,
        `orchestrate runs resume ${run}   (asks the remote again)`,
      ],
      state: 'Home and production are as they were. They follow when the branch there has exactly the proven files.',
    },
  );
}

/** Puts the proven tree there as one commit on its base, under a branch of ours. A repeat is safe. Faults `REMOTE_*`. */
export async function ensureProposal(engine: Engine, rule: RemoteRule, change: string): Promise<void> {
  const gated = gatedOf(engine, change);
  if (!gated) throw new Error(`${change} is proposed without a gate`);
  const drafted = draftOf(engine, change);
  const key = `${mergeKey(change, gateRowOf(engine, change))}:proposal`;
  const { moves } = planOf(engine, drafted.run);
  const commit = await engine.store.commit({
    tree: asGitTreeId(gated.exact),
    parents: [asCommitId(gated.base)],
    message: mergeMessage({ title: drafted.title, moves, trailers: { Run: drafted.run, Change: change } }),
    author: orchestrateAuthor,
    atSeconds: (await engine.store.commitFacts(asCommitId(gated.base))).atSeconds,
  });
  const branch = proposalBranch(engine, change);
  const address = await requireAddress(engine, rule, drafted.run);
  await engine.perform(
    { key, name: proposing, input: { address, branch, to: commit }, run: drafted.run },
    {
      act: async () => {
        const from = (await engine.remotes.readBranch({ remote: rule.remote, branch })) ?? null;
        if (from === commit) return { from };
        if (from !== null && !ownProposals(engine, drafted.run, branch).has(from))
          throw await foreignFault(engine, rule, { change, branch, at: from });
        const updates = [{ ref: `refs/heads/${branch}`, from, to: commit }];
        const outcome = await engine.remotes.push({ remote: address, updates });
        if (outcome.kind === 'moved') return { from };
        const code = outcome.reason === 'moved' ? 'REMOTE_MOVED' : 'REMOTE_REJECTED';
        throw new Fault(code, `${address} does not take ${branch}: ${outcome.said || 'it moved meanwhile'}.`, {
          hints: [`orchestrate runs resume ${drafted.run}`],
          state: 'Home and production are as they were.',
        });
      },
    },
  );
  await recordOnce(engine, `${key}:told`, () =>
    row(
      'remote.proposed',
      { change, address, branch, into: rule.branch, commit },
      { run: drafted.run, keys: [`proposed:${change}`, `${key}:told`] },
    ),
  );
}

/** What this installation has put there for the run, or began to: a kill may have kept the answer from the record. */
function ownProposals(engine: Engine, run: string, branch: string): ReadonlySet<unknown> {
  const begun = engine.ledger.read({ run, kinds: ['effect.intended'], limit: 10_000 });
  return new Set(
    begun.flatMap((entry) => {
      const { name, input } = dataOf('effect.intended', entry) ?? {};
      return name === proposing && input?.['branch'] === branch ? [input['to']] : [];
    }),
  );
}

/** Why the proposal may not be written: somebody else's commits are on its branch. Undefined where there are none. */
export async function findForeign(engine: Engine, rule: RemoteRule, change: string): Promise<Fault | undefined> {
  const branch = proposalBranch(engine, change);
  const at = await engine.remotes.readBranch({ remote: rule.remote, branch });
  if (at === undefined || ownProposals(engine, draftOf(engine, change).run, branch).has(at)) return undefined;
  return foreignFault(engine, rule, { change, branch, at });
}

async function foreignFault(
  engine: Engine,
  rule: RemoteRule,
  { change, branch, at }: { change: string; branch: string; at: string },
): Promise<Fault> {
  const address = await engine.remotes.addressOf(rule.remote);
  return new Fault(
    'REMOTE_MOVED',
    `${branch} of ${address} is at ${at.slice(0, 7)}, which is not what was proposed for ${change}: it is not written over.`,
    {
      hints: [
        `git fetch ${rule.remote} ${branch}   (in home: takes what is there)`,
        `git push ${rule.remote} :${branch}   (when it is not needed there any more; then it is proposed again)`,
      ],
      state:
        'Home and production are as they were. It still follows when the branch there gets exactly the proven files.',
      data: { branch, remote: at },
    },
  );
}
