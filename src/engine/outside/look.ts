import { Fault } from '../../base/fault.ts';
import { asGitTreeId } from '../../base/ids.ts';
import { canonicalJson } from '../../base/json.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { type Found, keyOf, numberDifferences, type OutsideDifference } from '../../domain/outside/difference.ts';
import { heldRef } from '../../domain/outside/refs.ts';
import { orchestrateAuthor } from '../changes/draft.ts';
import type { Engine } from '../engine.ts';
import { branchNow, homeDifferences } from './read-home.ts';

/** Returns the differences that are open, as last written down. */
export const openDifferences = (engine: Pick<Engine, 'ledger'>): readonly OutsideDifference[] =>
  dataOf('outside.found', engine.ledger.latest('outside:found'))?.differences ?? [];

/**
 * Looks at everything that others can change behind our back, and writes down what moved: one row when that is another
 * than before, none when it is the same. What the branch has meanwhile is settled and counted anew. Reads files of
 * others, writes none of them; a repeat is safe.
 */
export function lookOutside(engine: Engine, occasion: string): Promise<readonly OutsideDifference[]> {
  return engine.inOutsideTurn(async () => {
    const branch = await branchNow(engine);
    const { found: others, sinceMs } = await engine.template.findOutside(engine, branch.tree);
    const found = [...others, ...(await homeDifferences(engine))];
    for (const { take } of found) if (take?.kind === 'component') await holdTree(engine, take.component.tree);
    return recordFound(engine, { found, occasion, sinceMs });
  });
}

/** As `lookOutside`, where the look is beside the matter: what goes wrong is logged, and the known differences stand. */
export async function tryLookOutside(engine: Engine, occasion: string): Promise<readonly OutsideDifference[]> {
  try {
    return await lookOutside(engine, occasion);
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'EPOCH_OLD') throw error;
    engine.outside.log.warn('looking for outside changes failed', { occasion, ...error.toRecord() });
    return openDifferences(engine);
  }
}

/** Writes the row when what is open changed. States that were discarded are left out, but for what the branch borrows: that keeps it from starting. */
export async function recordFound(
  engine: Pick<Engine, 'ledger'>,
  options: { readonly found: readonly Found[]; readonly occasion: string; readonly sinceMs: number },
): Promise<readonly OutsideDifference[]> {
  const { occasion, sinceMs } = options;
  const before = dataOf('outside.found', engine.ledger.latest('outside:found'));
  const discarded = discardedMarks(engine);
  const open = options.found.filter((one) => one.kind === 'packages' || !discarded.has(keyOf(one)));
  const { differences, last } = numberDifferences(open, {
    differences: before?.differences ?? [],
    last: before?.last ?? 0,
  });
  if (contentOf(differences) === contentOf(before?.differences ?? [])) return differences;
  await engine.ledger.append([
    row('outside.found', { occasion, sinceMs, last, differences }, { keys: ['outside:found'] }),
  ]);
  return differences;
}

const contentOf = (differences: readonly OutsideDifference[]): string => canonicalJson(differences);

/** Keys of states that are not told again. */
export const discardedMarks = ({ ledger }: Pick<Engine, 'ledger'>): ReadonlySet<string> =>
  new Set(dataOf('outside.discarded', ledger.latest('outside:discarded'))?.marks ?? []);

/** What can be taken over stays in the store, whatever becomes of the place where it was found. */
async function holdTree({ store }: Engine, tree: string): Promise<void> {
  if ((await store.findRef(heldRef(tree))) !== undefined) return;
  const commit = await store.commit({
    tree: asGitTreeId(tree),
    parents: [],
    message: 'outside change\n',
    author: orchestrateAuthor,
    atSeconds: 0,
  });
  await store.updateRefs([{ ref: heldRef(tree), from: null, to: commit }]);
}
