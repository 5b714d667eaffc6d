import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

import type { WalledProgram, WallSpec } from '../../../src/ports/walls.ts';
import { tempFolder } from './temp-folder.ts';

const slots = tempFolder();

/** Why no wall can be put up here, or undefined. Told once, so that a test that did not run is seen. */
export const noWall = findNoWall();

function findNoWall(): string | undefined {
  try {
    execFileSync('bwrap', ['--unshare-all', '--unshare-user', '--ro-bind', '/', '/', 'true'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = isAbsent ? 'bubblewrap is not installed' : 'bubblewrap cannot make a namespace here';
    process.stdout.write(`walls: not tried, ${why}\n`);
    return why;
  }
}

/** Limits that a test does not meet unless it means to. */
const limits = {
  memoryBytes: 2 ** 31,
  processes: 64,
  wallMs: 60_000,
  outputBytes: 2 ** 20,
  temporaryBytes: 2 ** 25,
} as const;

type Given = Partial<Omit<WallSpec, 'limits'>> & { readonly limits?: Partial<WallSpec['limits']> };

/** A shell script in a wall around a fresh slot. */
export function wallSpec(script: string, given: Given = {}): WallSpec {
  const slot = given.cwd ?? mkdtempSync(join(slots, 'slot-'));
  return {
    program: '/bin/sh',
    args: ['-c', script],
    env: {},
    cwd: slot,
    writable: [slot],
    readable: [],
    protected: [],
    home: [],
    egress: [],
    loopback: [],
    sockets: [],
    mark: 'test/wall',
    ...given,
    limits: { ...limits, ...given.limits },
  };
}

/** Reads all that it says. */
export async function outcome(program: WalledProgram) {
  program.endInput();
  const [stdout, stderr, exit] = await Promise.all([textOf(program.stdout), textOf(program.stderr), program.exited]);
  return { stdout, stderr, ...exit };
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
