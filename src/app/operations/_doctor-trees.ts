import { findOverlaps } from '../../domain/scale/scope-overlap.ts';
import { findUnmatched, unmatchedText } from '../../domain/scale/unmatched-scope.ts';
import type { Installation } from '../app.ts';
import { countText } from '../views/text.ts';
import { good, type DoctorCheck } from './_doctor-check.ts';

/**
 * Scopes that meet, and those under which nothing lies. Both may be meant, so neither fails; two trees with one scope are a
 * fault of the definitions. Of the built-in trees only an overlap with one of the person's is told.
 */
export async function checkTrees({ definitions, home, store }: Installation): Promise<DoctorCheck> {
  const trees = [...definitions.trees.values()];
  const own = new Set(trees.filter(({ file }) => !file.startsWith('built-in:')).map(({ id }) => id));
  const overlaps = findOverlaps(trees).filter((one) => one.trees.some((id) => own.has(id)));
  const state = await home.inspect();
  const paths =
    own.size > 0 && state.kind === 'ready'
      ? (await store.list(await store.treeOf(state.head))).map(({ path }) => path)
      : [];
  const unmatched = trees.flatMap((tree) => {
    if (!own.has(tree.id)) return [];
    const found = findUnmatched(tree.scope, paths);
    return found.length === tree.scope.length ? found.map((one) => `${tree.id}: ${unmatchedText(one)}`) : [];
  });
  const told = [...overlaps.map(({ sentence }) => sentence), ...unmatched];
  return good(
    'trees',
    told.length === 0 ? `${countText(trees.length, 'tree')}, no scope of them meets another` : told.join('; '),
    told.length === 0 ? null : 'orchestrate trees list',
  );
}
