import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import { draftVersion, refsOf, requireSound } from '../../domain/memory/draft-version.ts';
import type { MemoryEntry, MemoryProblem, MemoryRef, MemoryVersion, NewMemory } from '../../domain/memory/entry.ts';
import { isBelow, keyProblem } from '../../domain/memory/key.ts';
import { isOld } from '../../domain/memory/retention.ts';
import { excerptOf, phrasesOf } from '../../domain/memory/words.ts';
import type { Memory, MemoryHit } from '../../ports/memory.ts';
import type { Clock, Digest } from '../../ports/system.ts';
import { compareMemory } from './compare-memory.ts';
import { finishPending } from './finish-pending.ts';
import { judgeEntry, lookAtEntry, type Look, type MemoryParts } from './look-at-entry.ts';
import { lookOver } from './look-over.ts';
import { guardMemory, memoryFault } from './memory-faults.ts';
import { blockedFault, MemoryFolder } from './memory-folder.ts';
import { MemoryIndex } from './memory-index.ts';
import { MemoryLock } from './memory-lock.ts';
import { MemoryRecord } from './memory-record.ts';

export interface MemoryOptions {
  /** The memory folder, absolute. Made when the first entry is written. */
  readonly dir: string;
  /** The state folder of the installation, absolute: `memory.db`, `memory-index.db` and `memory.lock` lie there. */
  readonly stateDir: string;
  readonly clock: Clock;
  readonly digest: Digest;
  /** Who is taken to have edited what was edited by hand. */
  readonly editor: NewMemory['by'];
}

/** Creates the memory of an installation. Nothing is opened before it is used, and nothing is made before something is written. */
export function createMemory(options: MemoryOptions): Memory {
  return new FileMemory(options);
}

/** Files that are looked at before somebody else may write: the lock is held for milliseconds. */
const keysPerCommit = 200;

const kept = 'Nothing of this was written; what was in memory before is kept.';
const onRecord = 'The version is on record; its file is brought in step by the next command that uses memory.';

class FileMemory implements Memory {
  readonly #options: MemoryOptions;
  readonly #folder: MemoryFolder;
  readonly #files: { readonly record: string; readonly index: string };
  readonly #lock: MemoryLock;
  #record: MemoryRecord | undefined;
  #index: MemoryIndex | undefined;

  constructor(options: MemoryOptions) {
    const { dir, stateDir } = options;
    this.#options = options;
    this.#folder = new MemoryFolder(dir);
    this.#files = { record: join(stateDir, 'memory.db'), index: join(stateDir, 'memory-index.db') };
    this.#lock = new MemoryLock(join(stateDir, 'memory.lock'));
  }

  async sync(): ReturnType<Memory['sync']> {
    const found = await this.#orFault(() => lookOver(this.#folder, this.#recordThere()));
    const looks: Look[] = [];
    if (!found.isInStep) await this.#write((parts) => this.#clearUp(parts, found.leftBehind));
    for (let start = 0; start < found.keys.length; start += keysPerCommit) {
      const some = found.keys.slice(start, start + keysPerCommit);
      await this.#write((parts) =>
        parts.record.transact(() => {
          if (this.#folder.isThere()) for (const key of some) looks.push(lookAtEntry(parts, key));
        }),
      );
    }
    this.#read((record) => this.#indexOf(record));
    const problems = [...found.problems, ...looks.flatMap(({ problem }) => problem ?? [])];
    return {
      noticed: looks.flatMap(({ noticed }) => noticed ?? []),
      problems: problems.sort((a, b) => (a.path < b.path ? -1 : 1)),
    };
  }

  async put(entry: NewMemory): Promise<MemoryVersion> {
    requireSound(entry);
    return this.#write((parts) => {
      const { record } = parts;
      const seen = this.#bringInStep(parts, entry.key);
      for (const ref of refsOf(entry)) requireVersion(record, ref);
      const state = record.entry(entry.key);
      requireUnmoved(entry.key, state?.head, entry.ifVersion);
      const bytes = Buffer.from(entry.text);
      const sha256 = this.#options.digest.sha256(bytes);
      const copied = entry.copyOf ? record.find(entry.copyOf) : undefined;
      const version = draftVersion(entry, {
        version: (state?.head.version ?? 0) + 1,
        atMs: this.#options.clock.nowMs(),
        sizeBytes: bytes.length,
        sha256,
        refutedBy: copied?.refutedBy ?? record.refutationOf({ key: entry.key, sha256, sizeBytes: bytes.length }),
      });
      const before = state === undefined || state.head.isRemoved ? null : state.head.sha256;
      this.#writeBoth(parts, { ...version, text: entry.text }, bytes, { sha256: before, mark: seen });
      return version;
    });
  }

  async get(key: string, version?: number): Promise<MemoryEntry | undefined> {
    if (keyProblem(key) !== undefined) return undefined;
    if (version === undefined && this.#isOutOfStep(key)) await this.#write((parts) => void lookAtEntry(parts, key));
    return this.#read((record) => {
      const head = record.entry(key)?.head;
      const found = version === undefined ? head : record.find({ key, version });
      if (found === undefined || (version === undefined && found.isRemoved)) return undefined;
      return { ...found, text: record.text(found.sha256) };
    });
  }

  list(options: Parameters<Memory['list']>[0] = {}): readonly MemoryVersion[] {
    const { prefix, kinds, withOld = false, withRemoved = false, afterKey = '', limit = 1_000 } = options;
    const nowMs = this.#options.clock.nowMs();
    const from = prefix !== undefined && prefix > afterKey ? justBefore(prefix) : afterKey;
    const all: MemoryVersion[] = [];
    this.#read((record) => {
      for (const { head } of record.entries(from)) {
        if (all.length >= limit || (prefix !== undefined && head.key > `${prefix.replace(/\/+$/, '')}0`)) return;
        if (!isBelow(head.key, prefix) || (head.isRemoved && !withRemoved)) continue;
        if (kinds?.includes(head.kind) === false || (!withOld && isOld(head, nowMs))) continue;
        all.push(head);
      }
    });
    return all;
  }

  search(query: Parameters<Memory['search']>[0]): readonly MemoryHit[] {
    const phrases = phrasesOf(query.words);
    if (phrases.length === 0) return [];
    const hits = this.#read((record) => {
      const index = this.#indexOf(record);
      return index.find(query, phrases, this.#options.clock.nowMs()).flatMap(({ score, ...ref }) => {
        const entry = record.findEntry(ref);
        if (entry === undefined) return [];
        const { text, ...version } = entry;
        return [{ version, score, excerpt: excerptOf(text, phrases) }];
      });
    });
    return hits ?? [];
  }

  history(key: string): readonly MemoryVersion[] {
    return this.#read((record) => record.history(key)) ?? [];
  }

  async remove({ key, ifVersion, by, reason }: Parameters<Memory['remove']>[0]): Promise<boolean> {
    if (keyProblem(key) !== undefined || this.#recordThere() === undefined) return false;
    return this.#write((parts) => {
      const { record } = parts;
      const seen = this.#bringInStep(parts, key);
      const head = record.entry(key)?.head;
      if (head === undefined || head.isRemoved) return false;
      requireUnmoved(key, head, ifVersion);
      record.markRemoved(head, { by, reason, atMs: this.#options.clock.nowMs(), isPending: true });
      guardMemory(key, onRecord, () => this.#folder.remove(key, seen));
      // Takes nothing away that somebody has saved meanwhile: that is the next version.
      guardMemory(key, onRecord, () => finishPending(parts, key));
      return true;
    });
  }

  async drop(refs: readonly MemoryRef[], why: Parameters<Memory['drop']>[1]): Promise<readonly MemoryRef[]> {
    const dropped: MemoryRef[] = [];
    if (this.#recordThere() === undefined) return dropped;
    const atMs = this.#options.clock.nowMs();
    for (let start = 0; start < refs.length; start += keysPerCommit) {
      const some = refs.slice(start, start + keysPerCommit);
      await this.#write(({ record }) =>
        record.transact(() => dropped.push(...some.filter((ref) => record.drop(ref, { ...why, atMs })))),
      );
    }
    return dropped;
  }

  since(sequence: number, limit: number): ReturnType<Memory['since']> {
    return this.#read((record) => record.since(sequence, limit)) ?? [];
  }

  async verify(): Promise<readonly MemoryProblem[]> {
    const { clock, digest } = this.#options;
    const look = await this.#orFault(() => this.#folder.look());
    return (
      this.#read((record) =>
        compareMemory({ record, folder: this.#folder, clock, digest, look, indexFile: this.#files.index }),
      ) ?? []
    );
  }

  async rebuild(): Promise<{ readonly nEntries: number }> {
    await this.sync();
    if (this.#recordThere() === undefined) return { nEntries: 0 };
    return this.#write(({ record }) => ({ nEntries: this.#indexOf(record).rebuild(record) }));
  }

  async close(): Promise<void> {
    this.#record?.close();
    this.#index?.close();
    this.#record = undefined;
    this.#index = undefined;
  }

  #clearUp(parts: MemoryParts, leftBehind: readonly string[]): void {
    for (const key of parts.record.pendingKeys()) finishPending(parts, key);
    for (const path of leftBehind) this.#folder.remove(path);
  }

  /**
   * Bytes first, then the version, then the name: wherever this ends, the file is whole and no version is lost. A file that somebody
   * saved meanwhile stays, and is the next version.
   */
  #writeBoth(
    parts: MemoryParts,
    entry: MemoryEntry,
    bytes: Uint8Array,
    before: { readonly sha256: string | null; readonly mark: string | null },
  ): void {
    const { record } = parts;
    const staged = guardMemory(join(this.#folder.dir, entry.key), kept, () => this.#folder.stage(entry.key, bytes));
    try {
      record.append(entry, { pending: 'write', before: before.sha256 });
      guardMemory(entry.key, onRecord, () => {
        const mark = staged.place(before.mark);
        if (mark === null) finishPending(parts, entry.key);
        else record.settle(entry.key, mark);
      });
    } finally {
      staged.end();
    }
  }

  /**
   * Takes up what was done by hand to an entry that is about to be written, and returns the mark of its file. Fault: `MEMORY_BLOCKED`
   * when it is not sound.
   */
  #bringInStep(parts: MemoryParts, key: string): string | null {
    const found = this.#folder.read(key);
    if (found.kind === 'blocked') throw blockedFault(key, `${found.path} is ${found.what}`);
    if (!this.#folder.isThere() && !parts.record.entries().next().done)
      throw new Fault('MEMORY_UNAVAILABLE', `The memory folder ${this.#folder.dir} is not there.`, {
        state: kept,
        hints: ['Bring it back.', `mkdir ${this.#folder.dir}: what was in it counts as taken away, its versions stay`],
      });
    const { problem, seen } = lookAtEntry(parts, key);
    if (problem !== undefined) {
      const place = problem.line === null ? '' : ` (line ${problem.line}, column ${problem.column})`;
      throw blockedFault(key, `its file holds an edit that is not sound${place}: ${problem.sentence}`);
    }
    return seen;
  }

  /** Tells without the lock whether the file of an entry is to be looked at. */
  #isOutOfStep(key: string): boolean {
    return guardMemory(key, kept, () => {
      const state = this.#recordThere()?.entry(key);
      if (state !== undefined && state.pending !== null) return true;
      const found = this.#folder.read(key);
      const there = state?.head.isRemoved === false ? state : undefined;
      if (found.kind === 'absent') return there !== undefined && this.#folder.isThere();
      const record = this.#recordThere();
      if (record === undefined) return found.kind === 'file';
      return judgeEntry({ record, clock: this.#options.clock }, key, found, there).kind === 'edited';
    });
  }

  #read<T>(work: (record: MemoryRecord) => T): T | undefined {
    return guardMemory(this.#files.record, 'Nothing was changed.', () => {
      const record = this.#recordThere();
      return record === undefined ? undefined : work(record);
    });
  }

  #write<T>(work: (parts: MemoryParts) => T): Promise<T> {
    const { clock, digest, editor } = this.#options;
    return this.#lock.hold(() =>
      guardMemory(this.#files.record, kept, () => {
        this.#record ??= MemoryRecord.open(this.#files.record, { make: true });
        if (this.#record === undefined) throw new Error('a record that was made is not there');
        return work({ record: this.#record, folder: this.#folder, clock, digest, editor });
      }),
    );
  }

  async #orFault<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw memoryFault(error, this.#folder.dir, 'Nothing was changed.');
    }
  }

  #recordThere(): MemoryRecord | undefined {
    this.#record ??= MemoryRecord.open(this.#files.record, { make: false });
    return this.#record;
  }

  #indexOf(record: MemoryRecord): MemoryIndex {
    return guardMemory(this.#files.index, onRecord, () => {
      this.#index ??= new MemoryIndex(this.#files.index);
      this.#index.catchUp(record);
      return this.#index;
    });
  }
}

function requireVersion(record: MemoryRecord, ref: MemoryRef): void {
  if (record.find(ref) !== undefined) return;
  throw new Fault('MEMORY_NOT_FOUND', `There is no ${ref.key}@${ref.version} in memory.`, {
    state: 'Nothing was changed.',
    hints: [`orchestrate memory history ${ref.key}`],
  });
}

function requireUnmoved(key: string, head: MemoryVersion | undefined, asked: number | undefined): void {
  const there = head === undefined || head.isRemoved ? 0 : head.version;
  if (asked === undefined || asked === there) return;
  const who = there === 0 ? '' : `, written by ${head?.by.name}`;
  throw new Fault(
    'MEMORY_MOVED',
    `${key} is at version ${there}${who}; what was to be written rests on version ${asked}.`,
    {
      state: 'Nothing was changed.',
      hints: [`orchestrate memory get ${key}`, `orchestrate memory history ${key}`],
      data: { key, version: there },
    },
  );
}

/** The greatest text below a prefix, as far as keys go. */
const justBefore = (prefix: string): string => prefix.replace(/\/+$/, '').slice(0, -1);
