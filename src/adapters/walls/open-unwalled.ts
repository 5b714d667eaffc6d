import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';

import { Fault } from '../../base/fault.ts';
import type { WalledProgram, WallSpec } from '../../ports/walls.ts';
import { createLinuxProcessTable } from '../process/linux-process-table.ts';
import { openKept } from './kept-files.ts';
import { inside } from './places-inside.ts';
import { runWalled } from './run-walled.ts';

/**
 * Starts the program without a wall, because a person said so for this run: it reads and writes what the person can, and reaches what they
 * reach. Its HOME is a folder of its own all the same, its environment the one of the spec, and time and output have their limits.
 */
export async function openUnwalled(
  spec: WallSpec,
  { signal }: { readonly signal: AbortSignal },
): Promise<WalledProgram> {
  const home = mkdtempSync(join(tmpdir(), 'orchestrate-home-'));
  for (const { at, mode, data } of openKept(spec.home).files) {
    const path = join(home, at.replace(`${inside.home}/`, ''));
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, data, { mode });
  }
  const child = spawn(spec.program, [...spec.args], {
    cwd: spec.cwd,
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: 'C.UTF-8',
      ...spec.env,
      HOME: home,
      ORCHESTRATE_MARK: spec.mark,
    },
    detached: true,
    stdio: 'pipe',
  });
  // What was said is lost at the end of a program whose output nobody takes.
  const [stdout, stderr] = [child.stdout.pipe(new PassThrough()), child.stderr.pipe(new PassThrough())];
  const clean = async (): Promise<void> => rmSync(home, { recursive: true, force: true });
  try {
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  } catch (cause) {
    await clean();
    throw new Fault('PROCESS_FAILED', `The program ${spec.program} could not be started.`, { cause });
  }
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  const table = createLinuxProcessTable();
  const pid = child.pid ?? -1;
  const startTime = (await table.find(pid))?.startTime ?? 'ended';
  const group = { folders: [], capsMemory: false, capsProcesses: false, ranOut: () => false, remove: () => {} };
  return runWalled(
    { child, stdin: child.stdin, stdout, stderr, told: nothing() },
    {
      spec,
      group,
      signal,
      identity: { pid, startTime },
      // A process that left its group is known by its mark.
      members: async () => (await table.marked()).filter(({ mark }) => mark === spec.mark).map((one) => one.pid),
      onKept: async () => {},
      clean,
    },
  );
}

async function* nothing(): AsyncGenerator<string> {}
