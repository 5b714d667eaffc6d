import { Fault, faultRecord } from '../../base/fault.ts';
import type { CommitId, GitTreeId } from '../../base/ids.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { GateOutput } from '../../domain/machines/change.machine.ts';
import { lookForConflicts } from '../conflicts/radar.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { planOf } from '../tasks/task-view.ts';
import { branchHead } from './branch-head.ts';
import { draftOf } from './draft.ts';
import { exactTree } from './exact-tree.ts';
import { requireNoSecrets } from './require-no-secrets.ts';

export type Gated = JournalKinds['change.gated'];

export const gatedOf = (engine: EngineContext, change: string): Gated | undefined =>
  dataOf('change.gated', engine.ledger.latest(`gate:${change}`));

/** Sequence number of the change's newest gate. */
export const gateRowOf = (engine: Engine, change: string): number => engine.ledger.latest(`gate:${change}`)?.seq ?? 0;

/**
 * Proves the exact tree that would become the branch: the proposed one when the branch did not move, else
 * the merge of both (`exact-tree.ts`). Evidence is used again only when tree, environment and components are identical.
 */
export async function gateChange(engine: Engine, change: string, signal: AbortSignal): Promise<GateOutput> {
  const drafted = draftOf(engine, change);
  const startedMs = engine.outside.clock.monotonicMs();
  let base: CommitId;
  try {
    base = await branchHead(engine, planOf(engine, drafted.run).branchRef);
  } catch (error) {
    // The person's branch is gone, and comes back: what was proposed waits for it, it is not refused.
    if (!(error instanceof Fault) || error.code !== 'HOME_BRANCH') throw error;
    return { kind: 'conflict', fault: error.toRecord() };
  }
  const record = async (gated: Omit<Gated, 'change' | 'base' | 'durationMs'>): Promise<void> => {
    const durationMs = Math.round(engine.outside.clock.monotonicMs() - startedMs);
    await engine.ledger.append([
      row('change.gated', { change, base, durationMs, ...gated }, { run: drafted.run, keys: [`gate:${change}`] }),
    ]);
  };
  const unproven = { environment: '', components: '', evidenceKey: '', reused: [], notProven: [] } as const;

  await lookForConflicts(engine, `${change} is to be gated`);
  const exact = await exactTree(engine, { change, onto: await engine.store.treeOf(base), signal });
  if (exact.kind === 'conflict') {
    const fault = exact.fault.toRecord();
    await record({ ...unproven, exact: drafted.proposed, verdict: 'conflict', fault });
    return { kind: 'conflict', fault };
  }
  if (exact.tree === (await engine.store.treeOf(base))) {
    // Somebody else was quicker with the same. Merged all the same, it would be what `undo` takes back: nothing.
    const fault = nothingFault(change).toRecord();
    await record({ ...unproven, exact: exact.tree, verdict: 'failed', fault });
    return { kind: 'failed', fault };
  }
  try {
    await requireSupported(engine, exact.tree);
    const before = await engine.store.treeOf(base);
    await requireNoSecrets(engine, { change, run: drafted.run, base: before, exact: exact.tree });
    const proven = await engine.template.prove(engine, { change, run: drafted.run, base, exact: exact.tree, signal });
    await record({ exact: exact.tree, verdict: 'proven', fault: null, ...proven });
    return { kind: 'proven' };
  } catch (error) {
    if (signal.aborted || !(error instanceof Fault)) throw error;
    const fault = faultRecord(error);
    if (fault.code === 'WAITING_FOR_PERSON' || fault.code === 'SECRET_FOUND') {
      await record({ ...unproven, exact: exact.tree, verdict: 'conflict', fault });
      return { kind: 'conflict', fault };
    }
    await record({ ...unproven, exact: exact.tree, verdict: 'failed', fault });
    return { kind: 'failed', fault };
  } finally {
    // The gate is the last proof: while a person reviews, what it held is production's again.
    if (!signal.aborted) await engine.template.endProofs(engine, drafted.run);
  }
}

/** What home could not be with such content, a change must not make of it: it could not even be undone afterwards. */
async function requireSupported(engine: Engine, exact: GitTreeId): Promise<void> {
  const [unsupported] = await engine.store.findUnsupported(exact);
  if (unsupported)
    throw new Fault(unsupported.code, `${unsupported.path} ${unsupported.reason}.`, {
      state: 'The branch and production are as they were.',
    });
}

const nothingFault = (change: string): Fault =>
  new Fault('NOTHING_TO_DO', `The branch has moved meanwhile, and already holds all that ${change} proposes.`, {
    hints: ['orchestrate status'],
    state: 'Nothing was merged: the branch and production are as they were.',
  });
