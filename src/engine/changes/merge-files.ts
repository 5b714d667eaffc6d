import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { mergedByMeaning } from '../../domain/changes/file-meaning.ts';
import type { Sides } from '../../domain/changes/merge-sides.ts';
import { mergeAsked } from '../../domain/environments/merge-asked.ts';
import { mergeComponents } from '../../domain/instances/merge-components.ts';
import type { MergeSides, TreeEntry, TrustedStore } from '../../ports/index.ts';

export type FilesMerge =
  | {
      readonly kind: 'merged';
      /** Where both sides moved `requirements.lock` it is not in here: it cannot be merged. */
      readonly tree: GitTreeId;
      readonly byMeaning: readonly { readonly path: string; readonly how: 'by package' | 'by component' }[];
      readonly isLockOpen: boolean;
      /** Sides that touch none of the three files. */
      readonly untouched: readonly ('ours' | 'theirs')[];
    }
  /** `facts` say what both move otherwise; empty where it is lines, or nobody can say. */
  | { readonly kind: 'conflict'; readonly paths: readonly string[]; readonly facts: readonly string[] };

/** Merges the files of two trees over a base: lists by what they say, everything else line by line. Asks nobody for anything. */
export async function mergeFiles(store: TrustedStore, sides: MergeSides): Promise<FilesMerge> {
  const entries = await entriesOf(store, sides);
  const both = mergedByMeaning.filter((path) => bothMoved(entries, path));
  const merged = await store.mergeTrees(both.length === 0 ? sides : await withoutPaths(store, sides, both));
  if (merged.kind === 'conflict') return { kind: 'conflict', paths: merged.paths, facts: [] };
  const texts = new Map<string, string>();
  const byMeaning: { path: string; how: 'by package' | 'by component' }[] = [];
  for (const path of both) {
    if (path === 'requirements.lock') continue;
    const found = await mergeText(store, path, { sides, entries });
    if (found.kind === 'conflict') return found;
    texts.set(path, found.text);
    byMeaning.push({ path, how: path === 'requirements.in' ? 'by package' : 'by component' });
  }
  const tree = texts.size === 0 ? merged.tree : await store.editTree(merged.tree, texts);
  const untouched = (['ours', 'theirs'] as const).filter((side) =>
    mergedByMeaning.every((path) => bytesOf(entries[side], path) === bytesOf(entries.base, path)),
  );
  return { kind: 'merged', tree, byMeaning, isLockOpen: both.includes('requirements.lock'), untouched };
}

type Entries = Sides<ReadonlyMap<string, TreeEntry>>;

async function entriesOf(store: TrustedStore, { base, ours, theirs }: MergeSides): Promise<Entries> {
  const read = async (tree: GitTreeId) => new Map((await store.list(tree)).map((entry) => [entry.path, entry]));
  return { base: await read(base), ours: await read(ours), theirs: await read(theirs) };
}

const bytesOf = (entries: ReadonlyMap<string, TreeEntry>, path: string): string => {
  const entry = entries.get(path);
  return entry === undefined ? '' : `${entry.mode} ${entry.blob}`;
};

function bothMoved({ base, ours, theirs }: Entries, path: string): boolean {
  const [was, mine, other] = [bytesOf(base, path), bytesOf(ours, path), bytesOf(theirs, path)];
  return mine !== was && other !== was && mine !== other;
}

async function withoutPaths(
  store: TrustedStore,
  { base, ours, theirs }: MergeSides,
  paths: readonly string[],
): Promise<MergeSides> {
  const edits = new Map(paths.map((path) => [path, null]));
  const without = (tree: GitTreeId) => store.editTree(tree, edits);
  return { base: await without(base), ours: await without(ours), theirs: await without(theirs) };
}

async function mergeText(
  store: TrustedStore,
  path: 'requirements.in' | 'components.lock',
  { sides, entries }: { sides: MergeSides; entries: Entries },
): Promise<
  | { readonly kind: 'merged'; readonly text: string }
  | { readonly kind: 'conflict'; readonly paths: readonly string[]; readonly facts: readonly string[] }
> {
  const unclear = { kind: 'conflict', paths: [path], facts: [] } as const;
  // A link or a program by that name, or no file at all on one of the sides: nobody can say what a merge of it would mean.
  if (![entries.base, entries.ours, entries.theirs].every((one) => one.get(path)?.mode === '100644')) return unclear;
  const base = await textOf(store, sides.base, path);
  const ours = await textOf(store, sides.ours, path);
  const theirs = await textOf(store, sides.theirs, path);
  if (base === undefined || ours === undefined || theirs === undefined) return unclear;
  const isAsked = path === 'requirements.in';
  try {
    const found = isAsked ? mergeAsked({ base, ours, theirs }) : mergeComponents({ base, ours, theirs });
    if (found.kind === 'merged') return { kind: 'merged', text: found.value };
    return { ...unclear, facts: found.names.map((name) => `${isAsked ? 'package' : 'component'}:${name}`) };
  } catch (error) {
    // It cannot be read on one of the sides.
    if (error instanceof Fault) return unclear;
    throw error;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Returns the text of a file of a tree; undefined where it is not there or no text. */
export async function textOf(store: TrustedStore, tree: GitTreeId, path: string): Promise<string | undefined> {
  const bytes = await store.readFile(tree, path);
  if (bytes === undefined) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
