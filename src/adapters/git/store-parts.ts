import * as path from 'node:path';

import type { GitDoor } from './git-door.ts';
import { encodeTree, objectId, type RawEntry } from './object-format.ts';
import type { ObjectReader } from './object-reader.ts';
import { type NewObject, writeLooseObjects } from './object-writer.ts';
import { newObject } from './object-writer.ts';
import { StatCache } from './stat-cache.ts';
import type { TreeReader } from './tree-reader.ts';

/** What the store's operations, and home's, share. Not part of the port. */
export interface StoreParts {
  readonly door: GitDoor;
  readonly gitDir: string;
  readonly scratchDir: string;
  readonly reader: ObjectReader;
  readonly trees: TreeReader;
  /** The stat caches that are open, by key. */
  readonly caches: Map<string, StatCache>;
  /** What else is to be ended with the store. */
  readonly closers: (() => Promise<void>)[];
}

/** Returns the store's folder of objects. */
export function objectsDir(parts: StoreParts): string {
  return path.join(parts.gitDir, 'objects');
}

/** Returns the stat cache of that key for the folder; one object per key for as long as the store is open. */
export function statCache(parts: StoreParts, key: string, dir: string): StatCache {
  const id = `${key}\0${path.resolve(dir)}`;
  const open =
    parts.caches.get(id) ?? StatCache.open({ cacheDir: path.join(parts.scratchDir, 'stat-cache'), key, dir });
  parts.caches.set(id, open);
  return open;
}

/** Returns those of the ids that the store does not hold, and remembers the others. */
export async function missingIds(parts: StoreParts, ids: Iterable<string>): Promise<readonly string[]> {
  const { known } = parts.trees;
  const asked = [...new Set(ids)].filter((id) => !known.has(id));
  const infos = await Promise.all(asked.map((id) => parts.reader.findInfo(id)));
  const missing: string[] = [];
  for (const [index, id] of asked.entries()) {
    if (infos[index] === undefined) missing.push(id);
    else known.add(id);
  }
  return missing;
}

/** Objects waiting to be written together. */
export class Batch {
  readonly #parts: StoreParts;
  readonly #objects = new Map<string, NewObject>();
  #nBytes = 0;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  /** Adds a blob unless the store is known to hold it. */
  addBlob(body: Uint8Array, id = objectId('blob', body)): string {
    if (!this.#parts.trees.known.has(id) && !this.#objects.has(id)) this.#add(newObject('blob', body, id));
    return id;
  }

  /** Adds a tree unless the store is known to hold it. */
  addTree(entries: readonly RawEntry[]): string {
    const body = encodeTree(entries);
    const id = objectId('tree', body);
    if (!this.#parts.trees.known.has(id) && !this.#objects.has(id)) this.#add(newObject('tree', body, id));
    return id;
  }

  /** Bytes that wait, compressed. */
  get sizeBytes(): number {
    return this.#nBytes;
  }

  /** Writes what the store does not hold; when it returns the objects are durable. */
  async flush(): Promise<void> {
    if (this.#objects.size === 0) return;
    const missing = await missingIds(this.#parts, this.#objects.keys());
    await writeLooseObjects(
      objectsDir(this.#parts),
      missing.flatMap((id) => this.#objects.get(id) ?? []),
    );
    for (const id of missing) this.#parts.trees.known.add(id);
    this.#objects.clear();
    this.#nBytes = 0;
  }

  #add(object: NewObject): void {
    this.#objects.set(object.id, object);
    this.#nBytes += object.file.length;
  }
}
