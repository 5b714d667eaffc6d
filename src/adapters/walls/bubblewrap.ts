import { readFileSync } from 'node:fs';

import { findProgram } from '../host/search-path.ts';
import type { Spawner } from '../process/spawner.ts';
import type { Features } from './profile.ts';

/** The bubblewrap of this machine. */
export interface Bubblewrap extends Features {
  readonly path: string;
  /** `0.8.0` */
  readonly version: string;
}

const timeoutMs = 10_000;

/** Finds bubblewrap and what it can do. Returns why there is none as a clause. */
export async function findBubblewrap(
  spawner: Pick<Spawner, 'run'>,
  searchPath: readonly string[],
): Promise<Bubblewrap | { readonly why: string }> {
  if (process.platform !== 'linux') return { why: 'bubblewrap is of Linux' };
  const path = findProgram('bwrap', searchPath);
  if (path === undefined) return { why: 'bubblewrap is not installed' };
  const ask = async (word: string): Promise<string> => {
    const { stdout, stderr } = await spawner.run({ program: path, args: [word], env: {}, timeoutMs });
    return `${stdout.toString('utf8')}${stderr.toString('utf8')}`;
  };
  try {
    const [version, help] = await Promise.all([ask('--version'), ask('--help')]);
    return {
      path,
      version: /(\d+\.\d+(?:\.\d+)?)/.exec(version)?.[1] ?? 'of an unknown version',
      canSize: help.includes('--size '),
      canDisableUserns: help.includes('--disable-userns'),
    };
  } catch {
    return { why: `${path} does not start` };
  }
}

/** What an answer of the probe holds for: another kernel or another program is asked anew. */
export const probedBy = ({ path, version }: Bubblewrap): string => {
  const kernel = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
  return `${path} ${version} ${kernel}`;
};
