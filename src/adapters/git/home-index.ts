import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { errnoOf } from './git-failure.ts';
import type { HomePlace } from './home-place.ts';
import {
  encodeIndex,
  entryContent,
  indexEntry,
  parseIndex,
  stageOf,
  type IndexEntry,
  type IndexFile,
} from './index-file.ts';
import { syncFolder } from './object-writer.ts';
import { readPlainFile } from './plain-file.ts';
import type { WorkFile } from './work-file.ts';

const maxIndexBytes = 512 * 1024 * 1024;
/** A git of the person holds the lock for milliseconds; one that waits for an editor holds it for long, and then the index is left. */
const lockWaitsMs = [0, 50, 100, 200, 400] as const;

/** Returns home's index, `absent`, or undefined when it is of a kind that is not written. */
export function readHomeIndex(home: HomePlace): IndexFile | 'absent' | undefined {
  const found = readPlainFile(path.join(home.gitDir, 'index'), maxIndexBytes);
  if (found.kind === 'absent') return 'absent';
  return found.kind === 'file' ? parseIndex(found.bytes) : undefined;
}

/** A path whose entry is to say what its file is now; a file of kind `absent` takes the entry away. */
export interface IndexUpdate {
  readonly path: string;
  readonly file: Extract<WorkFile, { kind: 'file' | 'absent' }>;
  /** Contents the entry may have; any other was staged by the person and stays. */
  readonly replaces: readonly ({ readonly mode: string; readonly blob: string } | null)[];
}

/** Writes entries of home's index under git's own lock, all others stay as they are. False when it was left alone. */
export async function refreshHomeIndex(home: HomePlace, updates: readonly IndexUpdate[]): Promise<boolean> {
  if (updates.length === 0) return true;
  const lock = path.join(home.gitDir, 'index.lock');
  const fd = await takeLock(lock);
  if (fd === undefined) return false;
  let isRenamed = false;
  try {
    const index = readHomeIndex(home);
    if (index === undefined || index === 'absent') return false;
    const bytes = withUpdates(index, updates);
    if (bytes !== undefined) {
      fs.writeFileSync(fd, bytes);
      fs.fsyncSync(fd);
      fs.renameSync(lock, path.join(home.gitDir, 'index'));
      isRenamed = true;
      await syncFolder(home.gitDir);
    }
    return true;
  } finally {
    fs.closeSync(fd);
    if (!isRenamed) fs.rmSync(lock, { force: true });
  }
}

async function takeLock(lock: string): Promise<number | undefined> {
  for (const waitMs of lockWaitsMs) {
    if (waitMs > 0) await delay(waitMs);
    try {
      return fs.openSync(lock, 'wx', 0o666);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
  return undefined;
}

function withUpdates(index: IndexFile, updates: readonly IndexUpdate[]): Buffer | undefined {
  const byPath = new Map(updates.map((update) => [update.path, update]));
  const kept: IndexEntry[] = [];
  let isChanged = false;
  for (const entry of index.entries) {
    const update = byPath.get(entry.path);
    if (
      update === undefined ||
      stageOf(entry) !== 0 ||
      !update.replaces.some((content) => isSame(content, entryContent(entry)))
    ) {
      // A staged entry of the person, or a conflict, stays; so nothing is added for its path.
      if (update !== undefined) byPath.delete(entry.path);
      kept.push(entry);
      continue;
    }
    isChanged = true;
  }
  for (const { path: file, file: now, replaces } of byPath.values()) {
    if (now.kind !== 'file') continue;
    const hadEntry = index.entries.some((entry) => entry.path === file);
    // Without an entry the path was not tracked, or the person has staged its removal.
    if (!hadEntry && !replaces.includes(null)) continue;
    kept.push(indexEntry(file, now.mode, now.blob, now.stat));
    isChanged = true;
  }
  return isChanged ? encodeIndex({ ...index, entries: kept }) : undefined;
}

function isSame(
  a: { readonly mode: string; readonly blob: string } | null,
  b: { readonly mode: string; readonly blob: string },
): boolean {
  return a !== null && a.mode === b.mode && a.blob === b.blob;
}
