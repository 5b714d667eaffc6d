import * as fs from 'node:fs';
import { setImmediate as breathe } from 'node:timers/promises';

import { asGitTreeId } from '../../base/ids.ts';
import type { EntryMode, RefusedEntry, SnapshotLimits, SnapshotOutcome } from '../../ports/git.ts';
import { Folder } from './folder.ts';
import { errnoOf } from './git-failure.ts';
import { hashLargeFile, largeFileBytes } from './large-file.ts';
import { emptyTree, folderMode, objectId, type RawEntry } from './object-format.ts';
import { collisionKey, looksLikeDotGit, nameProblem, printableName } from './path-rules.ts';
import type { StatCache } from './stat-cache.ts';
import { readSteadyFile } from './steady-file.ts';
import { Batch, missingIds, statCache, type StoreParts } from './store-parts.ts';

export interface SnapshotOptions {
  readonly dir: string;
  readonly limits: SnapshotLimits;
  readonly skip?: (path: string) => boolean;
  readonly cacheKey?: string;
}

/** Compressed bytes kept in memory before they are written. */
const maxWaitingBytes = 32 * 1024 * 1024;
/** Folders below folders; deeper ones are refused. */
const maxDepth = 100;
/** Reasons told; more would only repeat the first ones. */
const maxRefused = 200;
/** How long the walk may hold the event loop. */
const maxHoldMs = 10;

/** Stores the files below a folder as a tree. Links are stored as links; nothing outside the folder is read. */
export async function takeSnapshot(parts: StoreParts, options: SnapshotOptions): Promise<SnapshotOutcome> {
  const cache = options.cacheKey === undefined ? undefined : statCache(parts, options.cacheKey, options.dir);
  const walk = new Walk(parts, options, cache);
  const root = Folder.open(options.dir);
  let entries: readonly RawEntry[];
  try {
    entries = await walk.folder(root, '', 0);
  } finally {
    root.close();
  }
  if (walk.refused.length > 0) return { kind: 'refused', refused: walk.refused };
  const tree = walk.batch.addTree(entries);
  // Cached ids are believed for what the files are, not for what the store holds.
  const lost = await missingIds(parts, walk.cachedBlobs);
  if (lost.length > 0 && cache !== undefined) {
    cache.keepOnly(new Set());
    return takeSnapshot(parts, options);
  }
  await walk.batch.flush();
  cache?.keepOnly(walk.seen);
  cache?.saveSoon();
  return {
    kind: 'taken',
    tree: asGitTreeId(entries.length === 0 ? emptyTree : tree),
    nFiles: walk.nFiles,
    nHashed: walk.nHashed,
  };
}

class Walk {
  readonly batch: Batch;
  readonly refused: RefusedEntry[] = [];
  readonly seen = new Set<string>();
  readonly cachedBlobs: string[] = [];
  nFiles = 0;
  nHashed = 0;
  #nBytes = 0;
  #isOver = false;
  #sinceMs = performance.now();
  readonly #parts: StoreParts;
  readonly #options: SnapshotOptions;
  readonly #cache: StatCache | undefined;
  readonly #startedMs = Date.now();

  constructor(parts: StoreParts, options: SnapshotOptions, cache: StatCache | undefined) {
    this.batch = new Batch(parts);
    this.#parts = parts;
    this.#options = options;
    this.#cache = cache;
  }

  /** Returns the entries of the tree for a folder; folders without files have no entry. */
  async folder(folder: Folder, prefix: string, depth: number): Promise<readonly RawEntry[]> {
    if (depth > maxDepth) {
      this.#refuse(prefix, `more than ${maxDepth} folders deep`);
      return [];
    }
    const entries: RawEntry[] = [];
    const keys = new Map<string, string>();
    for (const name of this.#names(folder, prefix)) {
      if (this.#isOver) return [];
      if (prefix === '' && name === '.git') continue;
      const path = prefix + name;
      if (this.#isSkipped(path)) continue;
      const problem = nameProblem(name);
      if (problem !== undefined) {
        this.#refuse(path, looksLikeDotGit(name) ? 'nested repository' : problem);
        continue;
      }
      const key = collisionKey(name);
      const other = keys.get(key);
      if (other !== undefined) this.#refuse(path, `case collision with ${prefix}${other}`);
      keys.set(key, name);
      const entry = await this.#entry(folder, name, path, depth);
      if (entry !== undefined) entries.push(entry);
      if (performance.now() - this.#sinceMs > maxHoldMs) await this.#breathe();
    }
    return entries;
  }

  async #entry(folder: Folder, name: string, path: string, depth: number): Promise<RawEntry | undefined> {
    const stat = folder.glance(name) ?? folder.find(name);
    // Gone since the folder was listed: it is not part of the snapshot.
    if (stat === undefined) return undefined;
    if (stat.isDirectory()) return this.#subfolder(folder, name, path, depth);
    if (!stat.isFile() && !stat.isSymbolicLink()) {
      this.#refuse(path, stat.isFIFO() ? 'fifo' : stat.isSocket() ? 'socket' : 'device');
      return undefined;
    }
    if (stat.isSymbolicLink() && name.toLowerCase() === '.gitmodules') {
      this.#refuse(path, 'a link named .gitmodules');
      return undefined;
    }
    this.nFiles++;
    this.#nBytes += stat.size;
    const { limits } = this.#options;
    if (this.nFiles > limits.maxFiles) return this.#stop(path, `too many files (more than ${limits.maxFiles})`);
    if (stat.size > limits.maxFileBytes) {
      this.#refuse(path, `too large (${stat.size} bytes, at most ${limits.maxFileBytes})`);
      return undefined;
    }
    if (this.#nBytes > limits.maxTotalBytes)
      return this.#stop(path, `too large in all (more than ${limits.maxTotalBytes} bytes)`);
    this.seen.add(path);
    const mode: EntryMode = stat.isSymbolicLink() ? '120000' : (stat.mode & 0o100) === 0 ? '100644' : '100755';
    const cached = this.#cache?.find(path, stat)?.blob;
    if (cached !== undefined) {
      this.cachedBlobs.push(cached);
      return { mode, name, id: cached };
    }
    return this.#hash(folder, name, path, stat, mode);
  }

  async #hash(
    folder: Folder,
    name: string,
    path: string,
    stat: fs.Stats,
    mode: EntryMode,
  ): Promise<RawEntry | undefined> {
    this.nHashed++;
    try {
      if (mode === '120000') {
        const id = this.batch.addBlob(fs.readlinkSync(folder.at(name), { encoding: 'buffer' }));
        this.#cache?.put(path, stat, id, this.#startedMs);
        return { mode, name, id };
      }
      if (stat.size > largeFileBytes) {
        const id = await hashLargeFile(this.#parts, folder.at(name), stat);
        if (id === undefined) return this.#refuse(path, 'changed while it was read');
        this.#cache?.put(path, stat, id, this.#startedMs);
        return { mode, name, id };
      }
      const read = readSteadyFile(folder.at(name), stat);
      if (read === undefined) return this.#refuse(path, 'changed while it was read');
      const id = this.batch.addBlob(read, objectId('blob', read));
      this.#cache?.put(path, stat, id, this.#startedMs);
      if (this.batch.sizeBytes > maxWaitingBytes) await this.batch.flush();
      return { mode, name, id };
    } catch (error) {
      if (errnoOf(error) === 'EACCES') return this.#refuse(path, 'not readable');
      if (errnoOf(error) === 'EINVAL' || errnoOf(error) === 'ENOENT')
        return this.#refuse(path, 'changed while it was read');
      throw error;
    }
  }

  async #subfolder(folder: Folder, name: string, path: string, depth: number): Promise<RawEntry | undefined> {
    let below: Folder;
    try {
      below = folder.folder(name);
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'EACCES') this.#refuse(path, 'not readable');
      else if (code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENOENT')
        this.#refuse(path, 'changed while it was read');
      else throw error;
      return undefined;
    }
    try {
      const entries = await this.folder(below, `${path}/`, depth + 1);
      return entries.length === 0 ? undefined : { mode: folderMode, name, id: this.#tree(path, entries) };
    } finally {
      below.close();
    }
  }

  /** Most folders are as they were, in the same order: their trees need not be put together again. */
  #tree(path: string, entries: readonly RawEntry[]): string {
    const last = this.#cache?.trees.get(path);
    if (last !== undefined && last.entries.length === entries.length && this.#parts.trees.known.has(last.id)) {
      const isSame = entries.every(({ name, id, mode }, index) => {
        const old = last.entries[index];
        return old?.id === id && old.name === name && old.mode === mode;
      });
      if (isSame) return last.id;
    }
    const id = this.batch.addTree(entries);
    this.#cache?.trees.set(path, { entries, id });
    return id;
  }

  #names(folder: Folder, prefix: string): readonly string[] {
    const names = folder.names();
    if (!names.some((name) => name.includes('\uFFFD'))) return names;
    // A name decoded with replacement characters may be another name's bytes.
    return folder.nameBytes().flatMap((bytes) => {
      const name = bytes.toString('utf8');
      if (Buffer.from(name).equals(bytes)) return [name];
      this.#refuse(prefix + printableName(bytes), 'name not UTF-8');
      return [];
    });
  }

  #isSkipped(path: string): boolean {
    const { skip } = this.#options;
    return skip !== undefined && (skip(path) || skip(`${path}/`));
  }

  #refuse(path: string, reason: string): undefined {
    if (this.refused.length < maxRefused) this.refused.push({ path, reason });
    return undefined;
  }

  #stop(path: string, reason: string): undefined {
    this.#refuse(path, reason);
    this.#isOver = true;
    return undefined;
  }

  async #breathe(): Promise<void> {
    await breathe();
    this.#sinceMs = performance.now();
  }
}
