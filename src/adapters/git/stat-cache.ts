import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { errnoOf } from './git-failure.ts';
import type { IndexEntry } from './index-file.ts';
import type { RawEntry } from './object-format.ts';

/** A file touched this recently can change again without its time moving: clocks of file systems tick every few milliseconds. */
const youngMs = 20;
/** Changes kept in memory before the file is written anew; it is also written when the store is closed. */
const maxUnsaved = 256;

/** The stat data that move whenever a file could have changed. Times resolve a quarter of a microsecond, finer than two system calls. */
export type StatKey = Pick<fs.Stats, 'mode' | 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>;

/** Tells whether two readings are of one file in one state. */
export function isSameStat(a: StatKey, b: StatKey): boolean {
  return (
    a.ctimeMs === b.ctimeMs && a.mtimeMs === b.mtimeMs && a.size === b.size && a.ino === b.ino && a.mode === b.mode
  );
}

/** Tells whether a file could still change unseen. The change time decides: no program can set it. */
export function isYoung(stat: StatKey, nowMs: number): boolean {
  return stat.ctimeMs > nowMs - youngMs;
}

interface CachedFile {
  readonly stat: StatKey;
  readonly blob: string;
  /** The entry that git's index has for the file in this state; made when first needed, not kept on disk. */
  entry?: IndexEntry;
}

/**
 * Remembers which blob a file was, for as long as its stat data stay the same. Kept in a file of ours that
 * can be lost at any time: everything is hashed again then.
 */
export class StatCache {
  readonly #file: string;
  readonly #dir: string;
  readonly #entries = new Map<string, CachedFile>();
  /** Trees of folders as they were last time, by the folder's path; not kept on disk. */
  readonly trees = new Map<string, { readonly entries: readonly RawEntry[]; readonly id: string }>();
  #nChanges = 0;

  private constructor(file: string, dir: string) {
    this.#file = file;
    this.#dir = dir;
  }

  /** Opens the cache of that name for the folder; a damaged file, or one of another folder, counts as empty. */
  static open(options: { readonly cacheDir: string; readonly key: string; readonly dir: string }): StatCache {
    const name = createHash('sha256').update(options.key).digest('hex').slice(0, 32);
    const cache = new StatCache(path.join(options.cacheDir, `${name}.stat`), path.resolve(options.dir));
    cache.#load();
    return cache;
  }

  /** Returns what is remembered of a file whose stat data are the remembered ones. */
  find(file: string, stat: StatKey): CachedFile | undefined {
    const entry = this.#entries.get(file);
    return entry !== undefined && isSameStat(entry.stat, stat) ? entry : undefined;
  }

  /** Remembers a file, unless it is too young to be sure of. */
  put(file: string, stat: StatKey, blob: string, nowMs: number, entry?: IndexEntry): void {
    if (isYoung(stat, nowMs)) {
      this.drop(file);
      return;
    }
    const { mode, size, mtimeMs, ctimeMs, ino } = stat;
    this.#entries.set(file, {
      stat: { mode, size, mtimeMs, ctimeMs, ino },
      blob,
      ...(entry === undefined ? {} : { entry }),
    });
    this.#nChanges++;
  }

  drop(file: string): void {
    if (this.#entries.delete(file)) this.#nChanges++;
  }

  /** Forgets every file that is not in the set. */
  keepOnly(files: { has(file: string): boolean }): void {
    for (const file of this.#entries.keys()) if (!files.has(file)) this.drop(file);
  }

  /** Writes the cache when enough has changed. Nothing depends on it, so it is not synced. */
  saveSoon(): void {
    if (this.#nChanges >= maxUnsaved) this.save();
  }

  /** Writes the cache when anything has changed. A disk that refuses it costs only time later. */
  save(): void {
    if (this.#nChanges === 0) return;
    this.#nChanges = 0;
    try {
      this.#write();
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }

  #write(): void {
    const lines = [this.#dir];
    for (const [file, { stat, blob }] of this.#entries)
      lines.push(`${blob} ${stat.mode} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino} ${file}`);
    const body = lines.join('\0');
    fs.mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const temporary = `${this.#file}.tmp`;
    fs.writeFileSync(temporary, `${checksum(body)}\0${body}`, { mode: 0o600 });
    fs.renameSync(temporary, this.#file);
  }

  #load(): void {
    let text: string;
    try {
      text = fs.readFileSync(this.#file, 'utf8');
    } catch {
      return;
    }
    const body = text.slice(41);
    if (text.slice(0, 40) !== checksum(body)) return;
    const [dir, ...lines] = body.split('\0');
    if (dir !== this.#dir) return;
    for (const line of lines) {
      const [blob = '', mode, size, mtimeMs, ctimeMs, ino, ...file] = line.split(' ');
      const stat = {
        mode: Number(mode),
        size: Number(size),
        mtimeMs: Number(mtimeMs),
        ctimeMs: Number(ctimeMs),
        ino: Number(ino),
      };
      this.#entries.set(file.join(' '), { stat, blob });
    }
  }
}

function checksum(body: string): string {
  return createHash('sha1').update(body).digest('hex');
}
