import { createHash } from 'node:crypto';

import { Fault } from '../../base/fault.ts';
import type { EntryMode } from '../../ports/git.ts';

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

export interface GitObject {
  readonly type: ObjectType;
  readonly body: Buffer;
}

/** One line of a tree object as it is stored; `mode` may be of a folder or of something unsupported. */
export interface RawEntry {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

/** Mode of a folder in a tree object. */
export const folderMode = '40000';
/** Mode of a nested repository (submodule). */
export const gitlinkMode = '160000';
/** The tree with nothing in it. */
export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Returns the id of an object: SHA-1 of `<type> <size>\0<body>`. */
export function objectId(type: ObjectType, body: Uint8Array): string {
  return createHash('sha1').update(`${type} ${body.length}\0`).update(body).digest('hex');
}

/** Returns the mode as one of the three that a file can have, or undefined. Old gits wrote 100664. */
export function fileMode(mode: string): EntryMode | undefined {
  if (mode === '100644' || mode === '100664') return '100644';
  return mode === '100755' || mode === '120000' ? mode : undefined;
}

/** Parses a tree object. `GIT_FAILED` when a name is not UTF-8 or the bytes are not a tree. */
export function parseTree(body: Buffer, id: string): readonly RawEntry[] {
  const entries: RawEntry[] = [];
  let at = 0;
  while (at < body.length) {
    const space = body.indexOf(0x20, at);
    const end = space < 0 ? -1 : body.indexOf(0, space);
    if (end < 0 || end + 21 > body.length)
      throw new Fault('GIT_FAILED', `The tree ${id} is damaged.`, { data: { id } });
    const name = body.toString('utf8', space + 1, end);
    if (name.includes('\uFFFD') && !Buffer.from(name).equals(body.subarray(space + 1, end))) {
      throw new Fault('GIT_FAILED', `The tree ${id} holds a name that is not UTF-8.`, { data: { id } });
    }
    entries.push({ mode: body.toString('latin1', at, space), name, id: body.toString('hex', end + 1, end + 21) });
    at = end + 21;
  }
  return entries;
}

/** Returns the bytes of a tree object; the entries may come in any order. */
export function encodeTree(entries: readonly RawEntry[]): Buffer {
  const keyed = entries.map((entry) => ({
    entry,
    key: Buffer.from(entry.mode === folderMode ? `${entry.name}/` : entry.name),
  }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    keyed.flatMap(({ entry }) => [Buffer.from(`${entry.mode} ${entry.name}\0`), Buffer.from(entry.id, 'hex')]),
  );
}
