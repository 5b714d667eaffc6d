import { Fault } from '../../base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { disagreements } from '../../domain/changes/footprint.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import type { MergeSides } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { planOf } from '../tasks/task-view.ts';
import { draftOf } from './draft.ts';
import { conflictFault } from './exact-fault.ts';
import { footprintBetween } from './footprints.ts';
import { lockAnew, type LockMade, type LockSides } from './lock-anew.ts';
import { mergeFiles, textOf } from './merge-files.ts';

export type Exact =
  | { readonly kind: 'clean'; readonly tree: GitTreeId }
  /** It waits: `fault` says what both touch, or what is needed to make the files anew. */
  | { readonly kind: 'conflict'; readonly fault: Fault };

export type Regenerated = JournalKinds['change.regenerated'];

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
  const { change, onto, signal } = options;
  const { run, baseTree, proposed } = draftOf(engine, change);
  const sides: MergeSides = { base: asGitTreeId(baseTree), ours: onto, theirs: asGitTreeId(proposed) };
  if (sides.base === sides.ours || sides.ours === sides.theirs) return { kind: 'clean', tree: sides.theirs };
  const key = `exact:${sides.base}:${sides.ours}:${sides.theirs}`;
  const known = dataOf('change.regenerated', engine.ledger.latest(key));
  if (known !== undefined) return { kind: 'clean', tree: asGitTreeId(known.exact) };
  const { goal, goalText } = planOf(engine, run);
  const merging = { engine, change, run, goalText, sides, isRestore: goal.kind === 'restore', signal };
  try {
    return await mergeMeant(merging, key);
  } catch (error) {
    // What is needed to make files anew is not there, an index say: the change waits, and is tried again when asked for.
    if (signal.aborted || !(error instanceof Fault)) throw error;
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
  if (!engine.template.mergesByMeaning) return mergeLines(merging);
  const merged = await mergeFiles(store, sides);
  if (merged.kind === 'conflict') return conflict(merging, merged);
  if (isRestore) {
    // A way back needs no network: what both moved and has to be resolved is a person's matter.
    if (merged.isLockOpen) return conflict(merging, { paths: ['requirements.lock'], facts: [] });
    return { kind: 'clean', tree: merged.tree };
  }
  const fighting = await fightingFacts(engine, sides);
  if (fighting !== undefined) return conflict(merging, fighting);
  const lock = merged.untouched.length > 0 ? undefined : await decideLock(merging, merged.tree);
  if (lock?.kind === 'conflict') return conflict(merging, lock);
  const tree =
    lock === undefined ? merged.tree : await store.editTree(merged.tree, new Map([['requirements.lock', lock.text]]));
  const files: Regenerated['files'][number][] = merged.byMeaning.map((one) => ({ ...one, from: [one.path] }));
  if (lock?.kind === 'anew')
    files.push({ path: 'requirements.lock', how: 'anew', from: ['requirements.in', 'components.lock'] });
  if (files.length === 0) return { kind: 'clean', tree };
  const { moves, others, warnings } = lock?.kind === 'anew' ? lock : { moves: null, others: [], warnings: [] };
  const trees = { base: sides.base, onto: sides.ours, proposed: sides.theirs, exact: tree };
  await engine.ledger.append([
    row(
      'change.regenerated',
      { change, ...trees, files, moves, others, warnings },
      { run, keys: [key, `regenerated:${change}`, `regenerated-tree:${change}:${tree}`] },
    ),
  ]);
  return { kind: 'clean', tree };
}

/** Where files of these names are the person's own they are text like any other. */
async function mergeLines(merging: Merging): Promise<Exact> {
  const { engine, sides, isRestore } = merging;
  const merged = await engine.store.mergeTrees(sides);
  if (merged.kind === 'conflict') return conflict(merging, { paths: merged.paths, facts: [] });
  const fighting = isRestore ? undefined : await fightingFacts(engine, sides);
  return fighting === undefined ? { kind: 'clean', tree: merged.tree } : conflict(merging, fighting);
}

/** How a tree came about that was not only a merge of lines; undefined for every other tree. */
export const regeneratedOf = (engine: Engine, change: string, exact: string): Regenerated | undefined =>
  dataOf('change.regenerated', engine.ledger.latest(`regenerated-tree:${change}:${exact}`));

/** Settings that each of the two sides makes something else of, though no line may be the same; with the files that say so. */
async function fightingFacts(
  engine: Engine,
  { base, ours, theirs }: MergeSides,
): Promise<{ readonly paths: readonly string[]; readonly facts: readonly string[] } | undefined> {
  const [mine, other] = [await footprintBetween(engine, base, ours), await footprintBetween(engine, base, theirs)];
  const facts = disagreements(mine, other).filter((fact) => /^(config|flag|port|model-path|tree):/.test(fact));
  if (facts.length === 0) return undefined;
  return { facts, paths: other.paths.filter((path) => settings.test(path)) };
}

/** Files that hold settings. */
const settings = /^(orchestrate|extra_model_paths|trees\/[^/]+)\.yaml$/;

/** Which lock belongs to the merged files: one side's where it was made for exactly them, else one that is made anew. */
async function decideLock({ engine, change, run, sides, signal }: Merging, merged: GitTreeId): Promise<LockMade> {
  const read = async (tree: GitTreeId): Promise<LockSides['base']> => ({
    requirements: (await textOf(engine.store, tree, 'requirements.in')) ?? '',
    components: (await textOf(engine.store, tree, 'components.lock')) ?? '',
    lock: (await textOf(engine.store, tree, 'requirements.lock')) ?? '',
  });
  const texts = { base: await read(sides.base), ours: await read(sides.ours), theirs: await read(sides.theirs) };
  return lockAnew(engine, { change, run, sides: texts, merged: await read(merged), signal });
}

const conflict = (
  { change, goalText, isRestore }: Merging,
  both: { readonly paths: readonly string[]; readonly facts: readonly string[]; readonly reason?: string },
): Exact => ({ kind: 'conflict', fault: conflictFault({ change, goalText, isRestore, ...both }) });
