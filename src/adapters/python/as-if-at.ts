import { createHash, hash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

import type { PlacedManifest } from '../../ports/python.ts';
import { changedPaths, loadManifest, takeManifest } from './environment-manifest.ts';
import type { Parts } from './parts.ts';

/** What names its own place is a script, a setting or bytecode. A larger file is a library, and is taken as it is. */
const largestRewrittenBytes = 64 * 1024 * 1024;

/** The part of a line before the path; see `manifestOf`. The path may hold spaces. */
const linePattern = /^(->.*?|\S+) ([0-7]{1,4}) (.*)$/;

/**
 * Takes the manifest of what lies at `dir` and rewrites the lines of the files that name their own place, as if that were `place`.
 * A `RECORD` holds the hashes of scripts, whose first line names the place: those hashes are rewritten with them.
 */
export async function asIfAt(
  parts: Parts,
  { dir, place }: { readonly dir: string; readonly place: string },
): Promise<PlacedManifest> {
  if (Buffer.byteLength(dir) !== Buffer.byteLength(place))
    throw new Error(`${dir} and ${place} are not equally long: bytecode holds the length of its path`);
  const { lines, nFiles } = await takeManifest(parts, dir);
  const rewritten: string[] = [];
  const recordHashes = new Map<string, string>();
  let nPlaced = 0;
  for (const line of lines) {
    const [, content = '', mode = '', path = ''] = linePattern.exec(line) ?? [];
    const placed = await contentAt(content, join(dir, path), { dir, place, recordHashes });
    if (placed !== content) nPlaced += 1;
    rewritten.push(placed === content ? line : `${placed} ${mode} ${path}`);
  }
  for (const [at, line] of rewritten.entries()) {
    const [, , mode = '', path = ''] = linePattern.exec(line) ?? [];
    if (!path.endsWith('.dist-info/RECORD')) continue;
    const text = replaceHashes(await readFile(join(dir, path), 'utf8'), recordHashes);
    const digest = text === undefined ? undefined : hash('sha256', text);
    if (digest === undefined) continue;
    nPlaced += 1;
    rewritten[at] = `${digest} ${mode} ${path}`;
  }
  const stored = await loadManifest(parts, place);
  return {
    digest: parts.digest.sha256(rewritten.map((line) => `${line}\n`).join('')),
    nFiles,
    nPlaced,
    unlike: stored === undefined || stored === 'broken' ? null : changedPaths(stored.lines, rewritten),
  };
}

/** The content of a line (a hash, or the target of a link) as it would be at the other place. */
async function contentAt(
  content: string,
  file: string,
  { dir, place, recordHashes }: { dir: string; place: string; recordHashes: Map<string, string> },
): Promise<string> {
  if (content.startsWith('->')) return content.replaceAll(dir, place);
  const bytes = await readSmall(file);
  // The name alone is what `activate` shows as the prompt.
  if (bytes === undefined || !bytes.includes(basename(dir))) return content;
  const text = bytes.toString('latin1').replaceAll(latin(dir), latin(place));
  const there = Buffer.from(text.replaceAll(latin(basename(dir)), latin(basename(place))), 'latin1');
  recordHashes.set(recordHash(bytes), recordHash(there));
  return hash('sha256', there);
}

async function readSmall(file: string): Promise<Buffer | undefined> {
  const { size } = await stat(file);
  return size > largestRewrittenBytes ? undefined : readFile(file);
}

const latin = (path: string): string => Buffer.from(path).toString('latin1');

/** As `RECORD` has it: https://packaging.python.org/en/latest/specifications/recording-installed-packages/ */
const recordHash = (bytes: Buffer): string => `sha256=${createHash('sha256').update(bytes).digest('base64url')}`;

/** Undefined when nothing is replaced. */
function replaceHashes(text: string, hashes: ReadonlyMap<string, string>): string | undefined {
  const replaced = text.replaceAll(/sha256=[\w-]{43}/g, (found) => hashes.get(found) ?? found);
  return replaced === text ? undefined : replaced;
}
