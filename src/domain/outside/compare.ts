import { borrowedChanges } from '../environments/borrowed.ts';
import { movableModelPaths } from '../installation/model-paths.ts';
import type { Component } from '../instances/components.ts';
import { componentAuthor, packagesAuthor, sectionsAuthor, type Traces } from './author.ts';
import { type Found, maxDetails, type TimeSpan, unknownAuthor } from './difference.ts';
import type { ReflogEntry } from './reflog.ts';
import { changedSections, mergeSections } from './sections.ts';
import type { AdoptedState, BorrowedState, ComponentState, FolderCount } from './state.ts';

/** What the engine read about a component that moved: only of those that did. */
export interface ComponentTraces {
  readonly paths: readonly string[];
  readonly when: TimeSpan | null;
  readonly reflog: readonly ReflogEntry[];
}

/** A component that moved, before its traces are read. */
export interface MovedComponent {
  readonly path: string;
  readonly how: Traces['how'];
  readonly before: ComponentState | null;
  readonly now: ComponentState | null;
}

/** Returns the components that are not as they were, sorted by path. */
export function movedComponents(
  before: readonly ComponentState[],
  now: readonly ComponentState[],
): readonly MovedComponent[] {
  const [old, present] = [byPath(before), byPath(now)];
  const moved: MovedComponent[] = [];
  for (const path of [...new Set([...old.keys(), ...present.keys()])].sort()) {
    const [was, is] = [old.get(path) ?? null, present.get(path) ?? null];
    const how = howMoved(was, is);
    if (how !== undefined) moved.push({ path, how, before: was, now: is });
  }
  return moved;
}

/** A pack that is disabled beside one of its name in use counts as the one in use. */
function byPath(states: readonly ComponentState[]): ReadonlyMap<string, ComponentState> {
  const sorted = [...states].sort((a, b) => Number(a.state !== 'disabled') - Number(b.state !== 'disabled'));
  return new Map(sorted.map((one) => [one.path, one]));
}

function howMoved(was: ComponentState | null, is: ComponentState | null): Traces['how'] | undefined {
  // A pack that was never in use is nobody's loss.
  if (was === null) return is === null || is.state === 'disabled' ? undefined : 'added';
  if (is === null) return was.state === 'disabled' ? undefined : 'removed';
  if (was.state !== is.state) {
    if (is.state === 'disabled') return 'disabled';
    if (was.state === 'disabled') return 'enabled';
  }
  if (is.state === 'disabled') return undefined;
  if (is.commit !== was.commit && is.commit !== null && was.commit !== null) return 'moved';
  return is.tree === was.tree && is.reason === was.reason ? undefined : 'changed';
}

/** Returns a moved component as a difference. `known`: the component of that path on the branch, if any. */
export function componentDifference(
  moved: MovedComponent,
  traces: ComponentTraces,
  options: { readonly managerFiles: AdoptedState['managerFiles']; readonly known: Component | undefined },
): Found {
  const { path, how, before, now } = moved;
  const name = componentName(path);
  const who = componentAuthor({
    how,
    place: now?.place ?? path,
    isTracked: now?.isTracked ?? false,
    changedPaths: traces.paths,
    reflog: traces.reflog,
    when: traces.when,
    managerFiles: options.managerFiles,
  });
  const gone = now === null || now.state === 'disabled';
  return {
    kind: 'component',
    subject: path,
    how,
    name,
    from: before === null ? null : pinText(before),
    to: gone ? null : pinText(now),
    details: traces.paths.slice(0, maxDetails),
    nDetails: traces.paths.length,
    when: traces.when,
    who,
    mark: `${now?.state ?? 'gone'} ${now?.tree ?? ''} ${now?.commit ?? ''} ${now?.reason ?? ''}`,
    ...takingOf({ path, now, known: options.known }),
  };
}

function takingOf({
  path,
  now,
  known,
}: {
  path: string;
  now: ComponentState | null;
  known: Component | undefined;
}): Pick<Found, 'take' | 'whyNot'> {
  if (now?.state === 'in use' && now.tree !== null)
    return { take: { kind: 'component', component: asComponent(now, known) }, whyNot: null };
  const reason = now?.reason ?? null;
  if (reason !== null) return { take: null, whyNot: `it cannot be taken: ${reason}` };
  if (path === '.') return { take: null, whyNot: 'ComfyUI itself is gone' };
  if (known === undefined) return { take: null, whyNot: 'the branch does not have it either' };
  return { take: { kind: 'drop-component', path }, whyNot: null };
}

/** Returns `ComfyUI`, or the folder of a pack. */
export const componentName = (path: string): string => (path === '.' ? 'ComfyUI' : path.slice('custom_nodes/'.length));

const pinText = ({ commit, version, tree }: ComponentState): string =>
  commit === null ? (version ?? (tree === null ? 'not readable' : `files ${tree.slice(0, 7)}`)) : commit.slice(0, 7);

/** The branch's own id of a component stays: reports of before name it. */
function asComponent(now: ComponentState, known: Component | undefined): Component {
  if (now.tree === null) throw new Error(`${now.path} has no tree`);
  const id = known?.id ?? (now.path === '.' ? 'comfyui' : componentName(now.path).replace(/ +/g, '-'));
  return { id, path: now.path, source: now.source, commit: now.commit, tree: now.tree };
}

/** Returns what moved in the file of model paths, if anything. `ours`: home's file on the branch. */
export function modelPathsDifference(options: {
  readonly before: string | null;
  readonly now: string | null;
  readonly ours: string | null;
  readonly dir: string;
  readonly homeDir: string;
  readonly when: TimeSpan | null;
  readonly mark: string;
}): Found | undefined {
  const { before, now, dir, homeDir } = options;
  if (before === now) return undefined;
  // Packs are components: a search path for them would load what no lock names.
  const movable = (one: string | null) => movableModelPaths({ dir, text: one ?? '' }, { homeDir, taken: new Set() });
  const [old, text, ours] = [movable(before).text, movable(now).text, options.ours ?? ''];
  const changed = changedSections(old, text);
  const merged = mergeSections({ before: old, after: text, ours });
  const isSame = changed.length === 0 || (merged.kind === 'merged' && merged.text === ours);
  return {
    kind: 'model-paths',
    subject: 'extra_model_paths.yaml',
    how: before === null ? 'added' : now === null ? 'removed' : 'changed',
    name: 'extra_model_paths.yaml',
    from: null,
    to: null,
    details: changed.slice(0, maxDetails).map((name) => `section ${name}`),
    nDetails: changed.length,
    when: options.when,
    who: changed.length === 0 ? unknownAuthor : sectionsAuthor(changed),
    mark: options.mark,
    ...pathsTaking({ merged, isSame, problem: movable(now).problem }),
  };
}

function pathsTaking(options: {
  merged: ReturnType<typeof mergeSections>;
  isSame: boolean;
  problem: string | null;
}): Pick<Found, 'take' | 'whyNot'> {
  const { merged, isSame, problem } = options;
  if (problem !== null) return { take: null, whyNot: `it cannot be read: ${problem}` };
  if (merged.kind === 'conflict') {
    const whyNot = `home's own file has the section ${merged.section} otherwise: put the two together by hand`;
    return { take: null, whyNot };
  }
  if (isSame) return { take: null, whyNot: noSectionMoved };
  return { take: { kind: 'model-paths', text: merged.text }, whyNot: null };
}

/** Why a file of model paths that is another text is no difference. */
export const noSectionMoved = 'no section of it is another one';

/** Returns what moved in the borrowed environment since it was recorded, if anything did. */
export function packagesDifference(before: BorrowedState, now: BorrowedState): Found | undefined {
  if (before.fingerprint === now.fingerprint) return undefined;
  const was = new Map(before.packages.map((one) => [one.name, one]));
  const is = new Map(now.packages.map((one) => [one.name, one]));
  const moved = [...new Set([...was.keys(), ...is.keys()])]
    .sort()
    .filter((name) => was.get(name)?.version !== is.get(name)?.version || was.get(name)?.mark !== is.get(name)?.mark);
  const details = borrowedChanges(before.packages, now.packages);
  return {
    kind: 'packages',
    subject: now.program,
    how: 'changed',
    name: moved.length === 0 ? 'files' : `${moved.length} package${moved.length === 1 ? '' : 's'}`,
    from: null,
    to: null,
    details: details.slice(0, maxDetails),
    nDetails: details.length,
    when: null,
    who: packagesAuthor(moved.map((name) => is.get(name)?.installer ?? null)),
    mark: now.fingerprint,
    take: { kind: 'packages' },
    whyNot: null,
  };
}

/** Returns the model folders that are not as they were counted. */
export function modelDifferences(
  before: Readonly<Record<string, FolderCount>>,
  now: Readonly<Record<string, FolderCount>>,
): readonly Found[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((name): Found[] => {
    const [was, is] = [before[name], now[name]];
    if (was?.digest === is?.digest) return [];
    return [
      {
        kind: 'models',
        subject: `models/${name}`,
        how: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed',
        name: `models/${name}`,
        from: was === undefined ? null : countText(was),
        to: is === undefined ? null : countText(is),
        details: [],
        nDetails: 0,
        when: is === undefined || is.newestMs === 0 ? null : { fromMs: is.newestMs, toMs: is.newestMs },
        who: unknownAuthor,
        mark: is?.digest ?? 'gone',
        take: null,
        whyNot: 'models stay where they are: they are told, never taken',
      },
    ];
  });
}

const countText = ({ nFiles, sizeBytes }: FolderCount): string =>
  `${nFiles} file${nFiles === 1 ? '' : 's'}, ${(sizeBytes / 1e6).toFixed(1)} MB`;
