import type { GitTreeId } from '../../base/ids.ts';
import type { Component } from '../../domain/instances/components.ts';
import {
  componentDifference,
  modelDifferences,
  modelPathsDifference,
  movedComponents,
  noSectionMoved,
} from '../../domain/outside/compare.ts';
import { type Found, unknownAuthor } from '../../domain/outside/difference.ts';
import type { AdoptedState, OutsideState } from '../../domain/outside/state.ts';
import type { Engine } from '../engine.ts';
import { findProduction } from '../instances/production.ts';
import { composedInstance } from '../instances/start.ts';
import type { OutsideFound } from '../templates/template.ts';
import { componentsOf, firstBaseline, readBaseline, writeBaseline } from './baseline.ts';
import { openDifferences } from './look.ts';
import { borrowedDifferences } from './read-borrowed.ts';
import { environmentDifferences } from './read-environments.ts';
import { instanceDifferences } from './read-instance.ts';
import { readOutsideState } from './read-state.ts';
import { readTraces } from './read-traces.ts';

/** Looks at what ComfyUI's own tools can change: the adopted folder, the environments, production's folder. Settles what the branch has meanwhile. */
export async function findComfyOutside(engine: Engine, tree: GitTreeId): Promise<OutsideFound> {
  const known = await componentsOf(engine, tree);
  const now = await readOutsideState(engine, new Set(known.map(({ path }) => path)));
  const before = (await readBaseline(engine)) ?? (await firstBaseline(engine, now));
  const adopted = await adoptedDifferences(engine, { before, now, known, tree });
  await writeBaseline(engine, adopted.baseline, adopted.settled ? 'the branch has it' : 'first look');
  const found = [
    ...adopted.found,
    ...(await borrowedDifferences(engine, tree)),
    ...(await environmentDifferences(engine)),
    ...(await productionDifferences(engine, { known, managerFiles: now.adopted?.managerFiles ?? {} })),
  ];
  return { found, sinceMs: before.atMs };
}

interface AdoptedDifferences {
  readonly found: readonly Found[];
  /** What is counted from at the next look. */
  readonly baseline: OutsideState;
  readonly settled: boolean;
}

async function adoptedDifferences(
  engine: Engine,
  options: {
    readonly before: OutsideState;
    readonly now: OutsideState;
    readonly known: readonly Component[];
    readonly tree: GitTreeId;
  },
): Promise<AdoptedDifferences> {
  const { before, now, known, tree } = options;
  const found: Found[] = [];
  let baseline = before;
  if (before.adopted !== null && now.adopted === null) found.push(goneDifference(before.adopted.dir));
  // Adopted since the last look, or another folder: counted from here.
  if (now.adopted !== null && before.adopted?.dir !== now.adopted.dir) baseline = await firstBaseline(engine, now);
  if (now.adopted !== null && baseline.adopted !== null) {
    const compared = await compareAdopted(engine, { before: baseline.adopted, now: now.adopted, known, tree });
    found.push(...compared.found);
    baseline = { ...baseline, adopted: compared.settled };
  }
  return { found, baseline, settled: baseline !== before };
}

/** A branch that has exactly what lies there has taken it over: what follows is counted from there. */
async function compareAdopted(
  engine: Engine,
  options: {
    readonly before: AdoptedState;
    readonly now: AdoptedState;
    readonly known: readonly Component[];
    readonly tree: GitTreeId;
  },
): Promise<{ readonly found: readonly Found[]; readonly settled: AdoptedState }> {
  const { before, now, known, tree } = options;
  const found: Found[] = [];
  let settled = before;
  const managerFiles = newerFiles(before.managerFiles, now.managerFiles);
  for (const moved of movedComponents(before.components, now.components)) {
    const branch = known.find(({ path }) => path === moved.path);
    const is = moved.now?.state === 'in use' ? moved.now : null;
    if (
      is === null
        ? branch === undefined && moved.now?.state !== 'refused'
        : branch?.tree === is.tree && is.tree !== null
    ) {
      const others = settled.components.filter(({ path }) => path !== moved.path);
      settled = { ...settled, components: moved.now === null ? others : [...others, moved.now] };
      continue;
    }
    const traces = await readTraces(engine, now.dir, moved);
    found.push(componentDifference(moved, traces, { managerFiles, known: branch }));
  }
  const ours = await engine.store.readFile(tree, 'extra_model_paths.yaml');
  const file = await engine.outside.files.info(`${now.dir}/extra_model_paths.yaml`);
  const paths = modelPathsDifference({
    before: before.modelPaths,
    now: now.modelPaths,
    ours: ours === undefined ? null : new TextDecoder().decode(ours),
    dir: now.dir,
    homeDir: engine.outside.host.homeDir,
    when: file === undefined ? null : { fromMs: file.mtimeMs, toMs: file.mtimeMs },
    mark: engine.outside.digest.sha256(now.modelPaths ?? ''),
  });
  if (paths !== undefined && paths.whyNot === noSectionMoved) settled = { ...settled, modelPaths: now.modelPaths };
  else if (paths !== undefined) found.push(paths);
  found.push(...modelDifferences(before.models, now.models));
  return { found, settled };
}

function newerFiles(
  before: AdoptedState['managerFiles'],
  now: AdoptedState['managerFiles'],
): AdoptedState['managerFiles'] {
  return Object.fromEntries(Object.entries(now).filter(([path, atMs]) => before[path] !== atMs));
}

const goneDifference = (dir: string): Found => ({
  kind: 'component',
  subject: '.',
  how: 'removed',
  name: 'ComfyUI',
  from: dir,
  to: null,
  details: [],
  nDetails: 0,
  when: null,
  who: unknownAuthor,
  mark: 'gone',
  take: null,
  whyNot: `${dir} has no main.py now: is its disk there? What was taken from it stays`,
});

/** What production wrote into its own folder, and what one that has ended left behind in the store. */
async function productionDifferences(
  engine: Engine,
  options: { readonly known: readonly Component[]; readonly managerFiles: AdoptedState['managerFiles'] },
): Promise<readonly Found[]> {
  const production = findProduction(engine);
  const isUp = production !== undefined && engine.host.find(production)?.state !== 'stopped';
  const now = isUp ? await instanceDifferences(engine, composedInstance(engine, production), options) : [];
  const left = openDifferences(engine).filter(({ kind, subject, take }) => {
    if (kind !== 'instance' && kind !== 'instance-packages') return false;
    if (now.some((one) => one.kind === kind && one.subject === subject)) return false;
    // What was taken away inside production is there again at the next start.
    if (take?.kind !== 'component') return !isUp && kind === 'instance-packages';
    return options.known.every(({ path, tree }) => path !== subject || tree !== take.component.tree);
  });
  return [...now, ...left];
}
