import { hash } from 'node:crypto';

import { Fault } from '../../src/base/fault.ts';
import { draftVersion, kindOfKey, refsOf, requireSound } from '../../src/domain/memory/draft-version.ts';
import type { MemoryEntry, MemoryProblem, MemoryRef, MemoryVersion, NewMemory } from '../../src/domain/memory/entry.ts';
import { foldedPath, isBelow, isPassedOver, keyProblem } from '../../src/domain/memory/key.ts';
import { judgeFile, minCopyBytes } from '../../src/domain/memory/notice.ts';
import { isOld } from '../../src/domain/memory/retention.ts';
import { excerptOf, phrasesOf, wordsOf } from '../../src/domain/memory/words.ts';
import type { Clock, Memory, MemoryHit } from '../../src/ports/index.ts';

/** The memory folder and what is on record of it: several memories may open it, as processes do. */
export class FakeMemoryFolder {
  /** By path; null: something that is no file. */
  readonly files = new Map<string, { readonly bytes: Uint8Array; readonly atMs: number } | null>();
  /** Versions of each key, oldest first. */
  readonly entries = new Map<string, MemoryEntry[]>();
  readonly changes: MemoryRef[] = [];
  readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** A person saves a file; undefined: takes it away; null: puts a link or pipe there. */
  edit(path: string, bytes: string | Uint8Array | null | undefined): void {
    if (bytes === undefined) this.files.delete(path);
    else this.files.set(path, bytes === null ? null : { bytes: Buffer.from(bytes), atMs: this.clock.nowMs() });
  }
}

/** Creates a memory that keeps everything in this process. */
export function createFakeMemory({ clock, folder }: { clock: Clock; folder?: FakeMemoryFolder }): Memory {
  return new FakeMemory(folder ?? new FakeMemoryFolder(clock));
}

const nothingChanged = { state: 'Nothing was changed.' };

class FakeMemory implements Memory {
  readonly #folder: FakeMemoryFolder;

  constructor(folder: FakeMemoryFolder) {
    this.#folder = folder;
  }

  async sync(): ReturnType<Memory['sync']> {
    const { files, entries } = this.#folder;
    const noticed: MemoryVersion[] = [];
    const problems: MemoryProblem[] = [];
    for (const path of [...files.keys()].sort()) {
      if (path.split('/').some(isPassedOver)) continue;
      const why = keyProblem(path);
      if (why === undefined) this.#notice(path, noticed, problems);
      else problems.push(this.#notAKey(path, why));
    }
    for (const key of [...entries.keys()].sort()) {
      const head = this.#head(key);
      if (head !== undefined && !files.has(key)) noticed.push(this.#replaceHead(key, { isRemoved: true }));
    }
    return { noticed, problems };
  }

  async put(entry: NewMemory): Promise<MemoryVersion> {
    requireSound(entry);
    for (const ref of refsOf(entry)) this.#require(ref);
    this.#requireFree(entry.key);
    this.#requireVersion(entry.key, entry.ifVersion);
    const written = this.#append(entry);
    this.#folder.edit(entry.key, entry.text);
    return written;
  }

  async get(key: string, version?: number): Promise<MemoryEntry | undefined> {
    if (version === undefined) this.#bringInStep(key);
    return version === undefined ? this.#head(key) : this.#find({ key, version });
  }

  list(options: Parameters<Memory['list']>[0] = {}): readonly MemoryVersion[] {
    const { prefix, kinds, withOld = false, withRemoved = false, afterKey = '', limit = 1_000 } = options;
    return [...this.#folder.entries.keys()]
      .sort()
      .filter((key) => isBelow(key, prefix) && key > afterKey)
      .map((key) => this.#newest(key))
      .filter((one) => withRemoved || !one.isRemoved)
      .filter((one) => kinds?.includes(one.kind) ?? true)
      .filter((one) => withOld || !isOld(one, this.#folder.clock.nowMs()))
      .slice(0, limit)
      .map(withoutText);
  }

  search(query: Parameters<Memory['search']>[0]): readonly MemoryHit[] {
    const phrases = phrasesOf(query.words);
    const { prefix, kinds, withOld = false, limit = 20 } = query;
    const all = this.list({
      ...(prefix === undefined ? {} : { prefix }),
      ...(kinds === undefined ? {} : { kinds }),
      withOld,
      limit: Infinity,
    });
    return all
      .map((version) => {
        const { text } = this.#newest(version.key);
        const words = [...wordsOf(version.key), '', ...wordsOf(text)];
        const counts = phrases.map((phrase) => countOf(words, phrase));
        const isHit = query.any === true ? counts.some((n) => n > 0) : counts.every((n) => n > 0);
        const score = isHit && counts.length > 0 ? counts.reduce((sum, n) => sum + n, 0) / words.length : 0;
        return { version, score, excerpt: excerptOf(text, phrases) };
      })
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, Math.min(limit, 1_000));
  }

  history(key: string): readonly MemoryVersion[] {
    return (this.#folder.entries.get(key) ?? []).map(withoutText).reverse();
  }

  async remove({ key, ifVersion }: Parameters<Memory['remove']>[0]): Promise<boolean> {
    this.#requireFree(key);
    if (this.#head(key) === undefined) return false;
    this.#requireVersion(key, ifVersion);
    this.#replaceHead(key, { isRemoved: true });
    this.#folder.files.delete(key);
    return true;
  }

  async drop(refs: readonly MemoryRef[]): Promise<readonly MemoryRef[]> {
    const { entries } = this.#folder;
    return refs.filter(({ key, version }) => {
      const found = this.#find({ key, version });
      const isCopied = [...entries.values()].flat().some((one) => isCopy(one, { key, version }));
      if (found === undefined || isCopied || found.refutedBy !== null || found.refutes.length > 0) return false;
      const rest = (entries.get(key) ?? []).filter((one) => one !== found);
      if (rest.every((one) => one.version < version)) return false;
      entries.set(key, rest);
      return true;
    });
  }

  since(sequence: number, limit: number): ReturnType<Memory['since']> {
    const { changes } = this.#folder;
    const all = changes.flatMap((ref, index) => {
      const found = index < sequence ? undefined : this.#find(ref);
      return found === undefined ? [] : [{ sequence: index + 1, version: withoutText(found) }];
    });
    return all.slice(0, limit);
  }

  async verify(): Promise<readonly MemoryProblem[]> {
    return [];
  }

  async rebuild(): Promise<{ readonly nEntries: number }> {
    return { nEntries: this.list({ withOld: true, limit: Infinity }).length };
  }

  async close(): Promise<void> {}

  #bringInStep(key: string): readonly MemoryProblem[] {
    const problems: MemoryProblem[] = [];
    this.#notice(key, [], problems);
    if (this.#head(key) !== undefined && !this.#folder.files.has(key)) this.#replaceHead(key, { isRemoved: true });
    return problems;
  }

  #notice(key: string, noticed: MemoryVersion[], problems: MemoryProblem[]): void {
    const file = this.#folder.files.get(key);
    if (file === undefined) return;
    if (file === null) {
      problems.push({ path: key, kind: 'not-a-file', sentence: 'It is a link or pipe.', line: null, column: null });
      return;
    }
    const ageMs = this.#folder.clock.nowMs() - file.atMs;
    const judged = judgeFile({ key, bytes: file.bytes, last: this.#head(key)?.text, ageMs });
    if (judged.kind === 'unsound') problems.push(judged.problem);
    if (judged.kind !== 'edited') return;
    const kind = this.#folder.entries.get(key)?.at(-1)?.kind ?? kindOfKey(key);
    const by = { kind: 'person', name: 'anna' } as const;
    const copyOf = this.#sameContent(key, judged.text);
    noticed.push(this.#append({ key, kind, text: judged.text, by, origin: 'hand', copyOf }));
  }

  #sameContent(key: string, text: string): MemoryRef | null {
    const all = [...this.#folder.entries.values()].flat();
    const same = all.findLast((one) => one.key !== key && one.text === text);
    return same === undefined || same.sizeBytes < minCopyBytes ? null : { key: same.key, version: same.version };
  }

  #notAKey(path: string, why: string): MemoryProblem {
    const twin = [...this.#folder.files.keys()].find((one) => one !== path && foldedPath(one) === foldedPath(path));
    const place = { path, line: null, column: null };
    if (twin === undefined) return { ...place, kind: 'not-a-key', sentence: `The name ${why}.` };
    return { ...place, kind: 'collides', sentence: `It is the same name as ${twin} where case does not count.` };
  }

  #append(entry: NewMemory): MemoryVersion {
    const { entries, changes, clock } = this.#folder;
    const versions = entries.get(entry.key) ?? [];
    const copied = entry.copyOf ? this.#require(entry.copyOf) : undefined;
    const refuted = [...entries.values()].flat().find((one) => one.refutedBy !== null && isSameClaim(one, entry));
    const version = draftVersion(entry, {
      version: (versions.at(-1)?.version ?? 0) + 1,
      atMs: clock.nowMs(),
      sizeBytes: Buffer.byteLength(entry.text),
      sha256: hash('sha256', entry.text),
      refutedBy: copied?.refutedBy ?? refuted?.refutedBy ?? null,
    });
    entries.set(entry.key, [...versions, { ...version, text: entry.text }]);
    changes.push({ key: entry.key, version: version.version });
    for (const ref of entry.refutes ?? []) this.#refute(ref, { key: entry.key, version: version.version });
    return version;
  }

  #refute(ref: MemoryRef, refutedBy: MemoryRef): void {
    const { entries, changes } = this.#folder;
    const found = this.#require(ref);
    if (found.refutedBy !== null) return;
    const versions = entries.get(ref.key) ?? [];
    versions.splice(versions.indexOf(found), 1, { ...found, refutedBy });
    changes.push({ key: ref.key, version: ref.version });
    const copies = [...entries.values()].flat().filter((one) => isCopy(one, ref) || isSameClaim(one, found));
    for (const copy of copies) this.#refute(copy, refutedBy);
  }

  #requireFree(key: string): void {
    const { files } = this.#folder;
    const names = key.split('/');
    const above = names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'));
    const isTaken = [...files.keys()].some((path) => path.startsWith(`${key}/`));
    if (isTaken || files.get(key) === null || above.some((path) => files.has(path)))
      throw new Fault('MEMORY_BLOCKED', `${key} cannot be written: something else is there.`, nothingChanged);
    const [problem] = this.#bringInStep(key);
    if (problem !== undefined) throw new Fault('MEMORY_BLOCKED', problem.sentence, nothingChanged);
  }

  #requireVersion(key: string, asked: number | undefined): void {
    const there = this.#head(key)?.version ?? 0;
    if (asked === undefined || asked === there) return;
    throw new Fault('MEMORY_MOVED', `${key} is at version ${there}, not ${asked}.`, nothingChanged);
  }

  #find({ key, version }: MemoryRef): MemoryEntry | undefined {
    return this.#folder.entries.get(key)?.find((one) => one.version === version);
  }

  #require({ key, version }: MemoryRef): MemoryEntry {
    const found = this.#find({ key, version });
    if (found !== undefined) return found;
    throw new Fault('MEMORY_NOT_FOUND', `There is no ${key}@${version} in memory.`, nothingChanged);
  }

  #head(key: string): MemoryEntry | undefined {
    const newest = this.#folder.entries.get(key)?.at(-1);
    return newest?.isRemoved === true ? undefined : newest;
  }

  #newest(key: string): MemoryEntry {
    return this.#require({ key, version: this.#folder.entries.get(key)?.at(-1)?.version ?? 0 });
  }

  #replaceHead(key: string, change: Partial<MemoryEntry>): MemoryVersion {
    const changed = { ...this.#newest(key), ...change };
    this.#folder.entries.get(key)?.splice(-1, 1, changed);
    this.#folder.changes.push({ key, version: changed.version });
    return withoutText(changed);
  }
}

type Claim = Pick<MemoryEntry, 'key' | 'text'>;
const isSameClaim = (one: Claim, other: Claim): boolean =>
  one.text === other.text && (one.key === other.key || Buffer.byteLength(one.text) >= minCopyBytes);
const isCopy = ({ copyOf }: MemoryEntry, of: MemoryRef): boolean =>
  copyOf?.key === of.key && copyOf.version === of.version;

function withoutText(entry: MemoryEntry): MemoryVersion {
  const { text, ...version } = entry;
  void text;
  return version;
}

function countOf(words: readonly string[], phrase: readonly string[]): number {
  return words.filter((_, at) => phrase.every((word, index) => words[at + index] === word)).length;
}
