import { mergeByName, type MergedSides, type Sides } from '../changes/merge-sides.ts';
import { type Component, parseComponents, printComponents } from './components.ts';

/**
 * Merges `components.lock` component by component; its text is printed anew. A conflict names the components that both moved to
 * different ends, and the folders that two components would share. Faults: those of `parseComponents`.
 */
export function mergeComponents(texts: Sides<string>): MergedSides<string> {
  const sides = {
    base: byId(parseComponents(texts.base)),
    ours: byId(parseComponents(texts.ours)),
    theirs: byId(parseComponents(texts.theirs)),
  };
  const found = mergeByName(sides, isSame);
  if (found.kind === 'conflict') return { kind: 'conflict', names: found.names };
  const components = [...found.value.values()];
  const shared = [...Map.groupBy(components, ({ path }) => path)].filter(([, here]) => here.length > 1);
  if (shared.length > 0) return { kind: 'conflict', names: shared.flatMap(([, here]) => here.map(({ id }) => id)) };
  return { kind: 'merged', value: printComponents(components) };
}

const byId = (components: readonly Component[]): ReadonlyMap<string, Component> =>
  new Map(components.map((one) => [one.id, one]));

const isSame = (a: Component, b: Component): boolean => printComponents([a]) === printComponents([b]);
