import { Fault } from '../../base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { canonicalJson } from '../../base/json.ts';
import type { Component } from '../../domain/instances/components.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import {
  componentDifference,
  modelDifferences,
  modelPathsDifference,
  movedComponents,
  noSectionMoved,
} from '../../domain/outside/compare.ts';
import {
  type Found,
  keyOf,
  numberDifferences,
  type OutsideDifference,
  unknownAuthor,
} from '../../domain/outside/difference.ts';
import { heldRef } from '../../domain/outside/refs.ts';
import type { AdoptedState, OutsideState } from '../../domain/outside/state.ts';
import { orchestrateAuthor } from '../changes/draft.ts';
import type { Engine } from '../engine.ts';
import { findProduction } from '../instances/production.ts';
import { composedInstance } from '../instances/start.ts';
import { componentsOf, firstBaseline, readBaseline, writeBaseline } from './baseline.ts';
import { borrowedDifferences } from './read-borrowed.ts';
import { environmentDifferences } from './read-environments.ts';
import { branchNow, homeDifferences } from './read-home.ts';
import { instanceDifferences } from './read-instance.ts';
import { readOutsideState } from './read-state.ts';
import { readTraces } from './read-traces.ts';

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
    const known = await componentsOf(engine, branch.tree);
    const now = await readOutsideState(engine, new Set(known.map(({ path }) => path)));
    const before = (await readBaseline(engine)) ?? (await firstBaseline(engine, now));
    const adopted = await adoptedDifferences(engine, { before, now, known, tree: branch.tree });
    await writeBaseline(engine, adopted.baseline, adopted.settled ? 'the branch has it' : 'first look');
    const found = [
      ...adopted.found,
      ...(await borrowedDifferences(engine, branch.tree)),
      ...(await environmentDifferences(engine)),
      ...(await productionDifferences(engine, { known, managerFiles: now.adopted?.managerFiles ?? {} })),
      ...(await homeDifferences(engine)),
    ];
    for (const { take } of found) if (take?.kind === 'component') await holdTree(engine, take.component.tree);
    return recordFound(engine, { found, occasion, sinceMs: before.atMs });
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
