import { Fault } from '../../base/fault.ts';
import type { FileDifference, TreeEntry } from '../../ports/git.ts';
import { emptyTree, fileMode, folderMode, gitlinkMode, parseTree, type RawEntry } from './object-format.ts';
import type { ObjectReader } from './object-reader.ts';
import { nameProblem } from './path-rules.ts';

/** Trees kept parsed: the folders of a few versions of a large home. Objects never change, so nothing goes stale. */
const maxCachedTrees = 20_000;

/** Reads trees of the store, remembers them, and remembers which objects the store is known to hold. */
export class TreeReader {
  readonly #reader: ObjectReader;
  readonly #cache = new Map<string, readonly RawEntry[]>();
  /** Objects seen in the store: everything below a tree that was listed, and everything written. */
  readonly known = new Set<string>([emptyTree]);

  constructor(reader: ObjectReader) {
    this.#reader = reader;
    this.#cache.set(emptyTree, []);
  }

  /** Returns the entries of one tree object. A name that git or a file system could misread is `GIT_FAILED`. */
  async entries(id: string): Promise<readonly RawEntry[]> {
    const cached = this.#cache.get(id);
    if (cached !== undefined) return cached;
    const entries = parseTree(await this.#reader.require(id, 'tree'), id);
    for (const entry of entries) {
      const problem = nameProblem(entry.name);
      if (problem !== undefined)
        throw new Fault('GIT_FAILED', `The tree ${id} holds a name that is refused: ${problem}.`, {
          data: { id, name: entry.name },
        });
    }
    this.remember(id, entries);
    return entries;
  }

  /** Keeps a tree that was just written. */
  remember(id: string, entries: readonly RawEntry[]): void {
    if (this.#cache.size >= maxCachedTrees)
      for (const old of [...this.#cache.keys()].slice(0, maxCachedTrees / 4)) this.#cache.delete(old);
    this.#cache.set(id, entries);
    this.known.add(id);
    for (const entry of entries) if (entry.mode !== gitlinkMode) this.known.add(entry.id);
  }

  /** Returns all files below a tree, sorted by the bytes of their paths. */
  async list(tree: string): Promise<readonly TreeEntry[]> {
    const files: TreeEntry[] = [];
    await this.#each('', tree, (prefix, entry) => {
      if (entry.mode === folderMode) return;
      files.push({ path: prefix + entry.name, mode: requireFileMode(prefix, entry), blob: entry.id });
    });
    return files.sort(byPath);
  }

  /** Returns every object below a tree, the tree itself included, each once. */
  async objects(tree: string): Promise<ReadonlySet<string>> {
    const ids = new Set([tree]);
    await this.#each('', tree, (_prefix, entry) => {
      if (entry.mode !== gitlinkMode) ids.add(entry.id);
    });
    return ids;
  }

  /** Calls `visit` for all entries; the folders of one depth are read together. */
  async #each(prefix: string, tree: string, visit: (prefix: string, entry: RawEntry) => void): Promise<void> {
    let level: readonly (readonly [string, string])[] = [[prefix, tree]];
    while (level.length > 0) {
      const read = await Promise.all(level.map(async ([at, id]) => [at, await this.entries(id)] as const));
      const next: (readonly [string, string])[] = [];
      for (const [at, entries] of read) {
        for (const entry of entries) {
          visit(at, entry);
          if (entry.mode === folderMode) next.push([`${at}${entry.name}/`, entry.id]);
        }
      }
      level = next;
    }
  }

  /** Returns the files that differ, sorted by path. Equal folders are not read. */
  async differences(before: string, after: string): Promise<readonly FileDifference[]> {
    const found: FileDifference[] = [];
    await this.#compare('', before, after, found);
    return found.sort(byPath);
  }

  async #compare(
    prefix: string,
    before: string | undefined,
    after: string | undefined,
    found: FileDifference[],
  ): Promise<void> {
    if (before === after) return;
    const [old, now] = await Promise.all([
      before === undefined ? [] : this.entries(before),
      after === undefined ? [] : this.entries(after),
    ]);
    const oldByName = new Map(old.map((entry) => [entry.name, entry]));
    const nowByName = new Map(now.map((entry) => [entry.name, entry]));
    const below: Promise<void>[] = [];
    for (const name of new Set([...oldByName.keys(), ...nowByName.keys()])) {
      const a = oldByName.get(name);
      const b = nowByName.get(name);
      if (a?.id === b?.id && a?.mode === b?.mode) continue;
      const aFolder = a?.mode === folderMode ? a.id : undefined;
      const bFolder = b?.mode === folderMode ? b.id : undefined;
      if (aFolder !== undefined || bFolder !== undefined)
        below.push(this.#compare(`${prefix}${name}/`, aFolder, bFolder, found));
      const aFile = a === undefined || aFolder !== undefined ? null : { mode: requireFileMode(prefix, a), blob: a.id };
      const bFile = b === undefined || bFolder !== undefined ? null : { mode: requireFileMode(prefix, b), blob: b.id };
      if (aFile === null && bFile === null) continue;
      if (aFile?.blob === bFile?.blob && aFile?.mode === bFile?.mode) continue;
      found.push({
        path: prefix + name,
        kind: aFile === null ? 'added' : bFile === null ? 'removed' : 'changed',
        before: aFile,
        after: bFile,
      });
    }
    await Promise.all(below);
  }

  /** Returns the entry at a path, or undefined. */
  async find(tree: string, path: string): Promise<RawEntry | undefined> {
    let at = tree;
    const steps = path.split('/');
    for (const [index, step] of steps.entries()) {
      const entry = (await this.entries(at)).find(({ name }) => name === step);
      if (entry === undefined || index === steps.length - 1) return entry;
      if (entry.mode !== folderMode) return undefined;
      at = entry.id;
    }
    return undefined;
  }
}

function requireFileMode(prefix: string, entry: RawEntry): TreeEntry['mode'] {
  const mode = fileMode(entry.mode);
  if (mode !== undefined) return mode;
  if (entry.mode === gitlinkMode) {
    throw new Fault(
      'HOME_NESTED_REPOSITORY',
      `${prefix}${entry.name} is a nested repository (submodule), which is not supported.`,
      { data: { path: prefix + entry.name } },
    );
  }
  throw new Fault('GIT_FAILED', `${prefix}${entry.name} has the unknown mode ${entry.mode}.`, {
    data: { path: prefix + entry.name },
  });
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return comparePathBytes(a.path, b.path);
}

/** Compares two paths by their UTF-8 bytes, the order of git's index. */
export function comparePathBytes(a: string, b: string): number {
  if (a === b) return 0;
  const limit = Math.min(a.length, b.length);
  let at = 0;
  while (at < limit && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  // The order of UTF-16 units is that of the bytes except between surrogates and what comes after them in the table.
  const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
  if (x >= 0xd800 && y >= 0xd800) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
