import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { branchHead } from '../changes/branch-head.ts';
import { draftOf } from '../changes/draft.ts';
import { exactTree } from '../changes/exact-tree.ts';
import { gatedOf, gateRowOf } from '../changes/gate.ts';
import type { Engine } from '../engine.ts';
import { planOf } from '../tasks/task-view.ts';
import { type Standing, standings } from './turn.ts';

/** What the branch becomes with a change, if everything before it merges. */
export interface Prediction {
  readonly change: string;
  readonly stand: Standing['stand'];
  /** Changes that merge before it, first to last. */
  readonly onTop: readonly string[];
  /** Commit of the branch, as it is now. */
  readonly base: string;
  readonly outcome: Awaited<ReturnType<typeof exactTree>>;
}

/** Names everything that predictions are made of: they are the same until it moves. Undefined while there is no branch to see. */
export async function predictionMark(engine: Engine): Promise<string | undefined> {
  const line = inLine(engine);
  const ref = branchOf(engine, line[0]);
  const head = ref === undefined ? undefined : await engine.home.findRef(ref);
  if (head === undefined) return undefined;
  return [
    head,
    ...line.map(({ id, stand }) => `${id}:${stand}:${gateRowOf(engine, id)}:${hasMerged(engine, id)}`),
  ].join(' ');
}

/**
 * Foresees the branch: each change that is in line is merged onto what stands before it, as the gate will do it (`exactTree`), in
 * the order in which they would merge. One that conflicts is told and left out of what comes behind it. Each is merged when it is
 * asked for, not before: it may take an index to make its lock anew.
 */
export async function* foresee(engine: Engine, signal: AbortSignal): AsyncGenerator<Prediction, void> {
  const line = inLine(engine);
  const ref = branchOf(engine, line[0]);
  if (ref === undefined) return;
  const base = await branchHead(engine, ref);
  let onto: GitTreeId = await engine.store.treeOf(base);
  const onTop: string[] = [];
  for (const { id: change, stand } of line) {
    // Its merge is part of the branch already.
    if (stand === 'midway' && hasMerged(engine, change)) continue;
    if (branchOf(engine, { id: change }) !== ref) continue;
    const outcome = await exactTree(engine, { change, onto, signal });
    // The branch holds all of it by then: its gate will say so.
    if (outcome.kind === 'clean' && outcome.tree === onto) continue;
    yield { change, stand, onTop: [...onTop], base, outcome };
    if (outcome.kind === 'conflict') continue;
    onto = outcome.tree;
    onTop.push(change);
  }
}

/** Changes that the branch is foreseen from, first to last. */
export const lineIds = (engine: Engine): readonly string[] => inLine(engine).map(({ id }) => id);

/** Only what a gate has proven once: what does not even hold by itself is no ground to stand on. */
const inLine = (engine: Engine): readonly Standing[] =>
  standings(engine).filter(({ id }) => gatedOf(engine, id)?.verdict === 'proven');

const branchOf = (engine: Engine, one: { readonly id: string } | undefined): string | undefined =>
  one && planOf(engine, draftOf(engine, one.id).run).branchRef;

/** Whether the branch holds it. */
export const hasMerged = (engine: Engine, change: string): boolean =>
  engine.ledger.latest(`merged:${change}`) !== undefined;

/** The tree that the change's newest gate has proven, on whatever base. */
export function gatedTree(engine: Engine, change: string): GitTreeId | undefined {
  const gated = gatedOf(engine, change);
  return gated?.verdict === 'proven' ? asGitTreeId(gated.exact) : undefined;
}
