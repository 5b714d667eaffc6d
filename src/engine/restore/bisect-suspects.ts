import { Fault } from '../../base/fault.ts';
import type { CommitId, GitTreeId } from '../../base/ids.ts';
import { parseLock } from '../../domain/environments/lock.ts';
import { parseComponents } from '../../domain/instances/components.ts';
import type { PackageMove } from '../../domain/plans/plan.ts';
import { type BisectSuspect, maxSuspectPaths } from '../../domain/restore/bisected.ts';
import { textOf } from '../changes/merge-files.ts';
import type { Engine } from '../engine.ts';
import type { BisectLine } from './bisect-line.ts';
import { pointAt } from './points.ts';

/** Tells what is other in a commit of the line than in the one before it. Read-only; `index` counts from 1. */
export async function describeSuspect(engine: Engine, line: BisectLine, index: number): Promise<BisectSuspect> {
  const { store } = engine;
  const commit = line.commits[index] as CommitId;
  const { tree, message } = await store.commitFacts(commit);
  const before = await store.treeOf(line.commits[index - 1] as CommitId);
  const point = pointAt(line.points, commit);
  const paths = (await store.differences(before, tree)).map(({ path }) => path);
  return {
    commit,
    point: point?.name ?? null,
    made: point?.manifest.made ?? null,
    title: point?.manifest.title ?? message.split('\n', 1)[0]?.slice(0, 200) ?? '',
    run: point?.manifest.run ?? null,
    change: point?.manifest.change ?? null,
    packages: movesBetween(await versionsOf(engine, before), await versionsOf(engine, tree)),
    components: movesBetween(await componentsOf(engine, before), await componentsOf(engine, tree)),
    paths: paths.slice(0, maxSuspectPaths),
    nPaths: paths.length,
  };
}

/** What a lock names; undefined where it cannot be read. */
type Versions = ReadonlyMap<string, { readonly id: string; readonly shown: string }> | undefined;

/** Nothing where one of the two cannot be read: the files that differ say so. */
const movesBetween = (before: Versions, after: Versions): readonly PackageMove[] =>
  before === undefined || after === undefined
    ? []
    : [...new Set([...before.keys(), ...after.keys()])]
        .filter((name) => before.get(name)?.id !== after.get(name)?.id)
        .sort()
        .map((name) => ({ name, from: before.get(name)?.shown ?? null, to: after.get(name)?.shown ?? null }));

async function versionsOf({ store }: Engine, tree: GitTreeId): Promise<Versions> {
  const text = await textOf(store, tree, 'requirements.lock');
  return readable(() => {
    const packages = text === undefined ? [] : parseLock({ file: 'requirements.lock', text });
    return packages.map(({ name, version }) => [name, { id: version, shown: version }]);
  });
}

async function componentsOf({ store }: Engine, tree: GitTreeId): Promise<Versions> {
  const text = await textOf(store, tree, 'components.lock');
  return readable(() => {
    const components = text === undefined ? [] : parseComponents(text);
    return components.map(({ id, commit, tree: files, edits }) => [
      id,
      // Files that were edited by hand still have the commit of before.
      { id: files, shown: (edits === undefined ? (commit ?? files) : files).slice(0, 7) },
    ]);
  });
}

function readable(read: () => readonly (readonly [string, { id: string; shown: string }])[]): Versions {
  try {
    return new Map(read());
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
