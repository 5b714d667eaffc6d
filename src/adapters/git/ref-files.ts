import * as fs from 'node:fs';
import * as path from 'node:path';

import { errnoOf } from './git-failure.ts';
import { readPlainFile, readPlainText } from './plain-file.ts';

const objectIdPattern = /^[0-9a-f]{40}$/;

/** What a loose ref or HEAD holds. */
export type RefContent =
  | { readonly kind: 'object'; readonly id: string }
  | { readonly kind: 'symbolic'; readonly ref: string }
  | { readonly kind: 'unreadable' };

/** Reads HEAD or one loose ref as a file. Undefined when there is none. */
export function readLooseRef(gitDir: string, ref: string): RefContent | undefined {
  const found = readPlainFile(path.join(gitDir, ref), 4096);
  if (found.kind === 'absent' || found.kind === 'folder') return undefined;
  if (found.kind !== 'file') return { kind: 'unreadable' };
  const text = found.bytes.toString('utf8').trimEnd();
  const symbolic = /^ref:\s*(\S+)$/.exec(text);
  if (symbolic?.[1] !== undefined) return { kind: 'symbolic', ref: symbolic[1] };
  return objectIdPattern.test(text) ? { kind: 'object', id: text } : { kind: 'unreadable' };
}

/** Returns the object a ref names, read from the loose and the packed refs, never through a symbolic ref. */
export function findRefInFiles(gitDir: string, ref: string): string | undefined {
  // A pack-refs between the two reads moves the value from the first place to the second, never back.
  const loose = readLooseRef(gitDir, ref);
  if (loose !== undefined) return loose.kind === 'object' ? loose.id : undefined;
  return readPackedRefs(gitDir).get(ref);
}

/** Returns all refs of the packed-refs file. */
export function readPackedRefs(gitDir: string): ReadonlyMap<string, string> {
  const refs = new Map<string, string>();
  const found = readPlainFile(path.join(gitDir, 'packed-refs'), 256 * 1024 * 1024);
  if (found.kind !== 'file') return refs;
  for (const line of found.bytes.toString('utf8').split('\n')) {
    const match = /^([0-9a-f]{40}) (\S+)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) refs.set(match[2], match[1]);
  }
  return refs;
}

/** Returns refs below a prefix such as `refs/tags/restore/`, sorted by name. */
export function listRefsInFiles(
  gitDir: string,
  prefix: string,
): readonly { readonly ref: string; readonly id: string }[] {
  const loose = new Map<string, string>();
  const folder = prefix.endsWith('/') ? prefix.slice(0, -1) : path.posix.dirname(prefix);
  collectLoose(gitDir, folder, loose);
  // Loose refs are read first: see findRefInFiles.
  const all = new Map([...readPackedRefs(gitDir), ...loose]);
  return [...all]
    .filter(([ref]) => ref.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([ref, id]) => ({ ref, id }));
}

function collectLoose(gitDir: string, folder: string, refs: Map<string, string>): void {
  let names: fs.Dirent[];
  try {
    names = fs.readdirSync(path.join(gitDir, folder), { withFileTypes: true });
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return;
    throw error;
  }
  for (const name of names) {
    const ref = `${folder}/${name.name}`;
    if (name.isDirectory()) collectLoose(gitDir, ref, refs);
    else if (!name.name.endsWith('.lock')) {
      const text = readPlainText(path.join(gitDir, ref))?.trimEnd() ?? '';
      if (objectIdPattern.test(text)) refs.set(ref, text);
    }
  }
}
