import { Fault } from '../../base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { disagreements } from '../../domain/changes/footprint.ts';
import type { Sides } from '../../domain/changes/merge-sides.ts';
import { mergeAsked } from '../../domain/environments/merge-asked.ts';
import { mergeComponents } from '../../domain/instances/merge-components.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { MergeSides, TrustedStore, TreeEntry } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { planOf } from '../tasks/task-view.ts';
import { draftOf } from './draft.ts';
import { conflictFault } from './exact-fault.ts';
import { footprintBetween } from './footprints.ts';
import { lockAnew, type LockSides } from './lock-anew.ts';

export type Exact =
  | { readonly kind: 'clean'; readonly tree: GitTreeId }
  /** It waits: `fault` says what both touch, or what is needed to make the files anew. */
  | { readonly kind: 'conflict'; readonly fault: Fault };

export type Regenerated = JournalKinds['change.regenerated'];

/** Files that are made from other files or that are lists: they are merged by what they say, never line by line. */
const meant = ['requirements.in', 'components.lock', 'requirements.lock'] as const;

/**
 * Returns the tree that `onto` becomes with the change: the proposed one where `onto` is what it was drafted on, else both sides'
 * files by a three-way merge, `components.lock` by component, `requirements.in` by package, and `requirements.lock` made anew from them
 * where both sides moved it or what it is made from. A fact that both move to different ends is a conflict although the text may merge.
 * The answer for the same three trees stays the same (row `change.regenerated`): a repeat asks no index again.
 */
export async function exactTree(
  engine: Engine,
  options: { readonly change: string; readonly onto: GitTreeId; readonly signal: AbortSignal },
): Promise<Exact> {
  const { change, onto } = options;
  const drafted = draftOf(engine, change);
  const sides = { base: asGitTreeId(drafted.baseTree), ours: onto, theirs: asGitTreeId(drafted.proposed) };
  if (sides.base === onto || sides.ours === sides.theirs) return { kind: 'clean', tree: sides.theirs };
  const key = `exact:${sides.base}:${sides.ours}:${sides.theirs}`;
  const known = dataOf('change.regenerated', engine.ledger.latest(key));
  if (known !== undefined) return { kind: 'clean', tree: asGitTreeId(known.exact) };
  const goal = planOf(engine, drafted.run);
  const isRestore = goal.goal.kind === 'restore';
  const merging = {
    engine,
    change,
    run: drafted.run,
    goalText: goal.goalText,
    sides,
    isRestore,
    signal: options.signal,
  };
  try {
    return await mergeMeant(merging, key);
  } catch (error) {
    // What is needed to make files anew is not there, an index say: the change waits, and is tried again when asked for.
    if (options.signal.aborted || !(error instanceof Fault)) throw error;
    return { kind: 'conflict', fault: error };
  }
}

interface Merging {
  readonly engine: Engine;
  readonly change: string;
  readonly run: string;
  readonly goalText: string;
  readonly sides: MergeSides;
  readonly isRestore: boolean;
  readonly signal: AbortSignal;
}

async function mergeMeant(merging: Merging, key: string): Promise<Exact> {
  const { engine, change, run, sides, isRestore } = merging;
  const { store } = engine;
  const entries = await entriesOf(store, sides);
  const both = meant.filter((path) => bothMoved(entries, path));
  // A way back brings an old state whole: what is made of two states is none that ever ran.
  if (isRestore && both.length > 0) return conflict(merging, { paths: both, facts: [] });

  const stripped = both.length === 0 ? sides : await withoutPaths(store, sides, both);
  const merged = await store.mergeTrees(stripped);
  if (merged.kind === 'conflict') return conflict(merging, { paths: merged.paths, facts: [] });
  const facts = isRestore ? [] : await fightingFacts(engine, sides);
  if (facts.length > 0) return conflict(merging, { paths: [], facts });

  const texts = new Map<string, string>();
  const how: Regenerated['files'][number][] = [];
  const need = async (path: string): Promise<string> => {
    const text = texts.get(path) ?? (await textOf(store, merged.tree, path));
    if (text === undefined) throw new Fault('CHANGE_CONFLICT', `${path} is not there, or is no text.`);
    return text;
  };
  for (const path of both.filter((one) => one !== 'requirements.lock')) {
    const found = await mergeText(store, path, { sides, entries });
    if (found.kind !== 'merged') return conflict(merging, found);
    texts.set(path, found.text);
    how.push({ path, how: path === 'requirements.in' ? 'by package' : 'by component', from: [path] });
  }
  if (isRestore) return { kind: 'clean', tree: merged.tree };

  const lock = await decideLock(merging, { entries, isMerged: both.includes('requirements.lock'), need });
  if (lock.kind === 'conflict') return conflict(merging, lock);
  if (lock.kind === 'anew')
    how.push({ path: 'requirements.lock', how: 'anew', from: ['requirements.in', 'components.lock'] });
  if (lock.text !== null) texts.set('requirements.lock', lock.text);
  const tree = texts.size === 0 ? merged.tree : await store.editTree(merged.tree, texts);
  if (how.length === 0) return { kind: 'clean', tree };
  await engine.ledger.append([
    row(
      'change.regenerated',
      {
        ...{ change, base: sides.base, onto: sides.ours, proposed: sides.theirs, exact: tree, files: how },
        moves: lock.kind === 'anew' ? lock.moves : null,
        others: lock.kind === 'anew' ? lock.others : [],
        warnings: lock.kind === 'anew' ? lock.warnings : [],
      },
      { run, keys: [key, `regenerated:${change}`, `regenerated-tree:${change}:${tree}`] },
    ),
  ]);
  return { kind: 'clean', tree };
}

/** How a tree came about that was not only a merge of lines; undefined for every other tree. */
export const regeneratedOf = (engine: Engine, change: string, exact: string): Regenerated | undefined =>
  dataOf('change.regenerated', engine.ledger.latest(`regenerated-tree:${change}:${exact}`));

type Entries = Sides<ReadonlyMap<string, TreeEntry>>;

async function entriesOf(store: TrustedStore, sides: MergeSides): Promise<Entries> {
  const [base, ours, theirs] = await Promise.all(
    [sides.base, sides.ours, sides.theirs].map(
      async (tree) => new Map((await store.list(tree)).map((entry) => [entry.path, entry])),
    ),
  );
  if (base === undefined || ours === undefined || theirs === undefined) throw new Error('a merge has three sides');
  return { base, ours, theirs };
}

const bytesOf = (entries: ReadonlyMap<string, TreeEntry>, path: string): string => {
  const entry = entries.get(path);
  return entry === undefined ? '' : `${entry.mode} ${entry.blob}`;
};

function bothMoved({ base, ours, theirs }: Entries, path: string): boolean {
  const [was, mine, other] = [bytesOf(base, path), bytesOf(ours, path), bytesOf(theirs, path)];
  return mine !== was && other !== was && mine !== other;
}

async function withoutPaths(store: TrustedStore, sides: MergeSides, paths: readonly string[]): Promise<MergeSides> {
  const edits = new Map(paths.map((path) => [path, null]));
  const [base, ours, theirs] = await Promise.all(
    [sides.base, sides.ours, sides.theirs].map((tree) => store.editTree(tree, edits)),
  );
  if (base === undefined || ours === undefined || theirs === undefined) throw new Error('a merge has three sides');
  return { base, ours, theirs };
}

/** Settings that each of the two sides makes something else of, though no line may be the same. */
async function fightingFacts(engine: Engine, { base, ours, theirs }: MergeSides): Promise<readonly string[]> {
  const [mine, other] = [await footprintBetween(engine, base, ours), await footprintBetween(engine, base, theirs)];
  return disagreements(mine, other).filter((fact) => /^(config|flag|port|model-path|tree):/.test(fact));
}

type TextMerge =
  | { readonly kind: 'merged'; readonly text: string }
  | { readonly kind: 'conflict'; readonly paths: readonly string[]; readonly facts: readonly string[] };

async function mergeText(
  store: TrustedStore,
  path: string,
  { sides, entries }: { sides: MergeSides; entries: Entries },
): Promise<TextMerge> {
  const unclear = { kind: 'conflict', paths: [path], facts: [] } as const;
  const isPlain = [entries.base, entries.ours, entries.theirs].every((one) => one.get(path)?.mode === '100644');
  if (!isPlain) return unclear;
  const texts = {
    base: await textOf(store, sides.base, path),
    ours: await textOf(store, sides.ours, path),
    theirs: await textOf(store, sides.theirs, path),
  };
  if (texts.base === undefined || texts.ours === undefined || texts.theirs === undefined) return unclear;
  const all = { base: texts.base, ours: texts.ours, theirs: texts.theirs };
  const isAsked = path === 'requirements.in';
  try {
    const found = isAsked ? mergeAsked(all) : mergeComponents(all);
    if (found.kind === 'merged') return { kind: 'merged', text: found.value };
    return {
      kind: 'conflict',
      paths: [],
      facts: found.names.map((name) => `${isAsked ? 'package' : 'component'}:${name}`),
    };
  } catch (error) {
    // It cannot be read on one of the sides: nobody can say what a merge of it would mean.
    if (error instanceof Fault) return unclear;
    throw error;
  }
}

/** Which lock belongs to the merged files: one side's where it was made for exactly them, else one that is made anew. */
async function decideLock(
  { engine, change, run, sides, signal }: Merging,
  options: { entries: Entries; isMerged: boolean; need: (path: string) => Promise<string> },
): Promise<Awaited<ReturnType<typeof lockAnew>> | { readonly kind: 'kept'; readonly text: null }> {
  const { entries, need } = options;
  const isUntouched = (side: 'ours' | 'theirs'): boolean =>
    meant.every((path) => bytesOf(entries[side], path) === bytesOf(entries.base, path));
  // One side has nothing to do with the environment: the other one's files are as it made them.
  if (isUntouched('ours') || isUntouched('theirs')) return { kind: 'kept', text: null };
  const read = async (tree: GitTreeId): Promise<LockSides['base']> => ({
    requirements: (await textOf(engine.store, tree, 'requirements.in')) ?? '',
    components: (await textOf(engine.store, tree, 'components.lock')) ?? '',
    lock: (await textOf(engine.store, tree, 'requirements.lock')) ?? '',
  });
  const texts = { base: await read(sides.base), ours: await read(sides.ours), theirs: await read(sides.theirs) };
  const merged = { requirements: await need('requirements.in'), components: await need('components.lock') };
  return lockAnew(engine, { change, run, sides: texts, merged, signal });
}

const decoder = new TextDecoder('utf-8', { fatal: true });

async function textOf(store: TrustedStore, tree: GitTreeId, path: string): Promise<string | undefined> {
  const bytes = await store.readFile(tree, path);
  if (bytes === undefined) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

const conflict = (
  { change, goalText, isRestore }: Merging,
  both: { readonly paths: readonly string[]; readonly facts: readonly string[]; readonly reason?: string },
): Exact => ({ kind: 'conflict', fault: conflictFault({ change, goalText, isRestore, ...both }) });
