import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import * as path from 'node:path';
import { deflateSync } from 'node:zlib';

import { errnoOf } from './git-failure.ts';
import { objectId, type ObjectType } from './object-format.ts';

export interface NewObject {
  readonly id: string;
  /** The whole compressed file of the object. */
  readonly file: Uint8Array;
}

/** Returns an object ready to be written, and its id. */
export function newObject(type: ObjectType, body: Uint8Array, id = objectId(type, body)): NewObject {
  return { id, file: deflateSync(Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]), { level: 1 }) };
}

/** Returns the path of a loose object. */
export function looseObjectPath(objectsDir: string, id: string): string {
  return path.join(objectsDir, id.slice(0, 2), id.slice(2));
}

/**
 * Writes loose objects: all files, all fsyncs, all renames, then the folders, so that a batch costs few
 * commits of the file system's journal. When it returns, the objects survive a power loss. A repeat is safe.
 */
export async function writeLooseObjects(objectsDir: string, objects: readonly NewObject[]): Promise<void> {
  const folders = new Set<string>();
  const renames: (readonly [string, string])[] = [];
  try {
    await inParallel(objects, async ({ id, file }) => {
      const target = looseObjectPath(objectsDir, id);
      const folder = path.dirname(target);
      folders.add(folder);
      const temporary = path.join(folder, `tmp_obj_${randomBytes(6).toString('hex')}`);
      renames.push([temporary, target]);
      const handle = await openNew(temporary, () => folders.add(objectsDir));
      try {
        await handle.writeFile(file);
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
    for (const [temporary, target] of renames) fs.renameSync(temporary, target);
  } catch (error) {
    for (const [temporary] of renames) fs.rmSync(temporary, { force: true });
    throw error;
  }
  await inParallel([...folders], syncFolder);
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The folder is made only when it turns out to be missing: it seldom is. */
async function openNew(file: string, madeFolder: () => void): Promise<FileHandle> {
  for (let nTries = 1; ; nTries += 1) {
    try {
      return await open(file, 'wx', 0o444);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || nTries > maxFolderTries) throw error;
    }
    fs.mkdirSync(path.dirname(file), { recursive: true });
    madeFolder();
  }
}

/** A `git gc` of the person takes empty folders away, also one that was made a moment ago. */
const maxFolderTries = 20;

/** Files open at once; libuv works on four at a time, more only wait. */
const maxAtOnce = 16;

/** Runs `work` for every item, a few at a time, and returns the results in order. The first failure is thrown when all have ended. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxAtOnce, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}
