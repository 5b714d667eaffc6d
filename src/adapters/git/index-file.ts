import { createHash } from 'node:crypto';
import type * as fs from 'node:fs';

import type { EntryMode } from '../../ports/git.ts';
import { comparePathBytes } from './tree-reader.ts';

/** One entry of git's index (gitformat-index(5)). */
export interface IndexEntry {
  readonly path: string;
  /** 40 bytes of stat data and 20 of the blob id, as they are in the file. */
  readonly fixed: Buffer;
  /** Assume-valid, extended, stage; the length of the name is worked out anew. */
  readonly flags: number;
  readonly extendedFlags: number;
}

export interface IndexFile {
  readonly version: number;
  readonly entries: readonly IndexEntry[];
  /** What resolve-undo keeps; other extensions only make git faster and are left out when the file is written. */
  readonly resolveUndo: Buffer | undefined;
}

const extendedBit = 0x4000;

/** Parses an index. Undefined when it is of a kind that is not written here: split, sparse, or damaged. */
export function parseIndex(bytes: Buffer): IndexFile | undefined {
  if (bytes.length < 32 || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const end = bytes.length - 20;
  const checksum = bytes.subarray(end);
  // `index.skipHash` leaves zeros where the checksum would be.
  if (
    !checksum.equals(createHash('sha1').update(bytes.subarray(0, end)).digest()) &&
    checksum.some((byte) => byte !== 0)
  )
    return undefined;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  const count = bytes.readUInt32BE(8);
  const entries: IndexEntry[] = [];
  let at = 12;
  let previous: Buffer = Buffer.alloc(0);
  for (let index = 0; index < count; index++) {
    if (at + 62 > end) return undefined;
    const start = at;
    const flags = bytes.readUInt16BE(at + 60);
    const isExtended = (flags & extendedBit) !== 0;
    const extendedFlags = isExtended ? bytes.readUInt16BE(at + 62) : 0;
    at += isExtended ? 64 : 62;
    let name: Buffer;
    if (version === 4) {
      const [nDropped, next] = readVarint(bytes, at);
      const zero = bytes.indexOf(0, next);
      if (zero < 0 || nDropped > previous.length) return undefined;
      name = Buffer.concat([previous.subarray(0, previous.length - nDropped), bytes.subarray(next, zero)]);
      at = zero + 1;
    } else {
      const zero = bytes.indexOf(0, at);
      if (zero < 0) return undefined;
      name = bytes.subarray(at, zero);
      at = start + paddedLength(zero - start);
    }
    previous = name;
    const path = name.toString('utf8');
    // A name that is not UTF-8 could not be written back.
    if (path.includes('\uFFFD') && !Buffer.from(path).equals(name)) return undefined;
    entries.push({ path, fixed: bytes.subarray(start, start + 60), flags: flags & ~0xfff, extendedFlags });
  }
  let resolveUndo: Buffer | undefined;
  while (at + 8 <= end) {
    const signature = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32BE(at + 4);
    // A small first letter marks what a reader must understand: `link` (split index), `sdir` (sparse index).
    if (/^[a-z]/.test(signature)) return undefined;
    if (signature === 'REUC') resolveUndo = bytes.subarray(at, at + 8 + size);
    at += 8 + size;
  }
  return { version, entries, resolveUndo };
}

/** Returns the bytes of an index; entries are sorted by path and stage. */
export function encodeIndex(index: IndexFile): Buffer {
  const entries = index.entries.toSorted((a, b) => comparePathBytes(a.path, b.path) || stageOf(a) - stageOf(b));
  const version = index.version === 4 ? 4 : entries.some(({ extendedFlags }) => extendedFlags !== 0) ? 3 : 2;
  const head = Buffer.alloc(12);
  head.write('DIRC', 'latin1');
  head.writeUInt32BE(version, 4);
  head.writeUInt32BE(entries.length, 8);
  const parts: Buffer[] = [head];
  let previous: Buffer = Buffer.alloc(0);
  for (const entry of entries) {
    const name = Buffer.from(entry.path);
    const isExtended = entry.extendedFlags !== 0;
    const flags = Buffer.alloc(isExtended ? 4 : 2);
    flags.writeUInt16BE(
      (entry.flags & ~(extendedBit | 0xfff)) | (isExtended ? extendedBit : 0) | Math.min(name.length, 0xfff),
    );
    if (isExtended) flags.writeUInt16BE(entry.extendedFlags, 2);
    parts.push(entry.fixed, flags);
    if (version === 4) {
      const nShared = sharedLength(previous, name);
      parts.push(encodeVarint(previous.length - nShared), name.subarray(nShared), zeros.subarray(0, 1));
    } else {
      const length = 60 + flags.length + name.length;
      parts.push(name, zeros.subarray(0, paddedLength(length) - length));
    }
    previous = name;
  }
  if (index.resolveUndo !== undefined) parts.push(index.resolveUndo);
  const body = Buffer.concat(parts);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

/** Returns an entry for a file whose stat data were read when it held exactly that blob. */
export function indexEntry(path: string, mode: EntryMode, blob: string, stat: fs.BigIntStats): IndexEntry {
  const fixed = Buffer.alloc(60);
  const seconds = (ns: bigint): number => Number((ns / 1_000_000_000n) & 0xffffffffn);
  const rest = (ns: bigint): number => Number(ns % 1_000_000_000n);
  const words = [
    seconds(stat.ctimeNs),
    rest(stat.ctimeNs),
    seconds(stat.mtimeNs),
    rest(stat.mtimeNs),
    Number(stat.dev & 0xffffffffn),
    Number(stat.ino & 0xffffffffn),
    Number.parseInt(mode, 8),
    Number(stat.uid & 0xffffffffn),
    Number(stat.gid & 0xffffffffn),
    Number(stat.size & 0xffffffffn),
  ];
  for (const [index, word] of words.entries()) fixed.writeUInt32BE(word, index * 4);
  fixed.write(blob, 40, 'hex');
  return { path, fixed, flags: 0, extendedFlags: 0 };
}

/** Returns what the entry says a file is. */
export function entryContent(entry: IndexEntry): { readonly mode: string; readonly blob: string } {
  return { mode: entry.fixed.readUInt32BE(24).toString(8), blob: entry.fixed.toString('hex', 40, 60) };
}

/** Returns 0, or 1 to 3 for the sides of a conflict. */
export function stageOf(entry: IndexEntry): number {
  return (entry.flags >> 12) & 3;
}

const zeros = Buffer.alloc(8);

/** Entries before version 4 end in one to eight zeros, at a multiple of eight. */
function paddedLength(length: number): number {
  return (length + 8) & ~7;
}

/** The variable-length number of pack offsets. */
function readVarint(bytes: Buffer, from: number): readonly [number, number] {
  let at = from;
  let byte = bytes[at++] ?? 0;
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = bytes[at++] ?? 0;
    value = ((value + 1) << 7) | (byte & 0x7f);
  }
  return [value, at];
}

function encodeVarint(value: number): Buffer {
  const bytes = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift(0x80 | (--rest & 0x7f));
  return Buffer.from(bytes);
}

function sharedLength(a: Buffer, b: Buffer): number {
  const limit = Math.min(a.length, b.length);
  let n = 0;
  while (n < limit && a[n] === b[n]) n++;
  return n;
}
