import { join } from 'node:path';

import type { FileManifest } from '../../ports/files.ts';
import type { EnvironmentCondition } from '../../ports/python.ts';
import type { Parts } from './parts.ts';

/** Lies in an environment while it is built. */
export const buildingName = 'orchestrate-building';
/** Written last: an environment that has it is complete. */
export const manifestName = 'orchestrate-manifest.json';

/** What `orchestrate-manifest.json` holds. */
export interface StoredManifest {
  readonly version: 1;
  readonly id: string;
  readonly digest: string;
  readonly nFiles: number;
  readonly sizeBytes: number;
  readonly lines: readonly string[];
}

const isOwnFile = (name: string): boolean => name === buildingName || name === manifestName;

/** Takes the manifest of everything that is installed. */
export function takeManifest(parts: Parts, dir: string): Promise<FileManifest> {
  return parts.files.manifest(dir, { skip: isOwnFile });
}

/** Reads the stored manifest: undefined when it is absent, `broken` when it does not hold together. */
export async function loadManifest(parts: Parts, dir: string): Promise<StoredManifest | 'broken' | undefined> {
  const text = await parts.files.readText(join(dir, manifestName));
  if (text === undefined) return undefined;
  try {
    const stored = JSON.parse(text) as StoredManifest;
    const digest = parts.digest.sha256(stored.lines.map((line) => `${line}\n`).join(''));
    return stored.version === 1 && digest === stored.digest ? stored : 'broken';
  } catch {
    return 'broken';
  }
}

/** Compares the files with the stored manifest, every byte. */
export async function inspectEnvironment(parts: Parts, dir: string): Promise<EnvironmentCondition> {
  const stored = await loadManifest(parts, dir);
  if (stored === undefined) return { kind: 'missing' };
  if (stored === 'broken') return { kind: 'drifted', changed: [manifestName] };
  const now = await takeManifest(parts, dir);
  if (now.digest === stored.digest) {
    return { kind: 'intact', manifestDigest: now.digest, python: join(dir, 'bin', 'python'), sizeBytes: now.sizeBytes };
  }
  return { kind: 'drifted', changed: changedPaths(stored.lines, now.lines) };
}

/** Returns the paths whose line was added, removed or is another one, sorted. */
export function changedPaths(before: readonly string[], after: readonly string[]): readonly string[] {
  const [old, now] = [new Set(before), new Set(after)];
  const changed = [...before.filter((line) => !now.has(line)), ...after.filter((line) => !old.has(line))].map(pathOf);
  return [...new Set(changed)].sort();
}

/** `<sha256 or ->link target> <mode> <path>`; the target and the path may hold spaces. */
function pathOf(line: string): string {
  return /^(?:->.*?|\S+) [0-7]{1,4} (.*)$/.exec(line)?.[1] ?? line;
}
