import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import type { Parts } from './parts.ts';

/** A folder of its own for one call of a program, removed afterwards. */
export interface Scratch {
  readonly dir: string;
  /** The whole environment of the program: nothing of ours is inherited. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a step with a scratch folder below `parent`. It is the HOME of the programs, so that no
 * configuration of the person's is found there, and their folder for temporary files: a large
 * wheel must not land on a small `/tmp`.
 */
export async function withScratch<T>(parts: Parts, parent: string, step: (scratch: Scratch) => Promise<T>): Promise<T> {
  const dir = scratchDir(parent);
  await parts.files.ensureDir(dir, { mode: 0o700 });
  try {
    return await step({ dir, env: childEnvironment(parts.searchPath, dir) });
  } finally {
    await parts.files.remove(dir);
  }
}

/** Returns a new path below `tmp` that says whose it is. */
export function scratchDir(parent: string): string {
  return join(parent, 'tmp', `${process.pid}-${randomUUID()}`);
}

/** Removes the scratch folders of processes that were killed: they may hold gigabytes. */
export async function sweepScratch(parts: Parts, parent: string): Promise<void> {
  for (const name of await parts.files.list(join(parent, 'tmp'))) {
    const pid = Number(/^([0-9]+)-/.exec(name)?.[1] ?? process.pid);
    if (pid !== process.pid && (await parts.processes.identify(pid)) === undefined) {
      await parts.files.remove(join(parent, 'tmp', name));
    }
  }
}

/** Returns the environment that every Python program is given. */
export function childEnvironment(searchPath: readonly string[], home: string): Readonly<Record<string, string>> {
  return {
    PATH: searchPath.join(':'),
    HOME: home,
    TMPDIR: home,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    // pip reads the machine's and the person's configuration files unless this names no file.
    PIP_CONFIG_FILE: '/dev/null',
    PYTHONNOUSERSITE: '1',
  };
}
