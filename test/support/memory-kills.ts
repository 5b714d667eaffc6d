import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { makeMemoryPlace } from '../contract/support/memory-place.ts';
import { buildIoFault, faultyEnv, readFaultLog } from './io-fault.ts';

const key = 'swarm/env-setup/deep/entry.md';
const [oldText, newText] = ['what was there before\n'.repeat(50), 'what is new\n'.repeat(400)];
const by = { kind: 'program', name: 'test' } as const;

/**
 * Writes an entry by `program` (see `memory-child.ts`) again and again, killed just before the first, then each `step`-th call that
 * changes something on the disk, and looks at what is left. `harm`: what no reader may meet.
 */
export async function tryKilled(options: {
  readonly place: ReturnType<typeof makeMemoryPlace>;
  readonly program: string;
  readonly step: number;
}): Promise<{ readonly nKilled: number; readonly harm: string | undefined }> {
  const { place, program, step } = options;
  const scratch = fs.mkdtempSync(join(tmpdir(), 'memory-kills-'));
  const library = buildIoFault(scratch);
  if (library === undefined) throw new Error('nothing can be killed here: there is no C compiler');
  try {
    for (let at = 1, nKilled = 0; ; at += step, nKilled += 1) {
      await startOver(place);
      const log = join(scratch, 'log');
      const env = faultyEnv(library, { kind: 'change', errno: 5, at, kills: true, under: join(place.dir, '..') }, log);
      const args = ['--disable-warning=ExperimentalWarning', program, 'put', place.dir, place.stateDir, key, newText];
      const child = spawn(process.execPath, args, {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [status] = (await once(child, 'close')) as [number | null];
      if (readFaultLog(log).nFired === 0) {
        if (status !== 0) throw new Error(`the program ended with ${status} though nothing was done to it`);
        return { nKilled, harm: nKilled === 0 ? 'no call of it was ever met' : await findHarm(place, [newText], at) };
      }
      const harm = await findHarm(place, [oldText, newText], at);
      if (harm !== undefined) return { nKilled: nKilled + 1, harm };
    }
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

async function startOver(place: ReturnType<typeof makeMemoryPlace>): Promise<void> {
  for (const dir of [place.dir, place.stateDir]) {
    fs.rmSync(dir, { recursive: true, force: true });
    fs.mkdirSync(dir, { mode: 0o700 });
  }
  const memory = place.open();
  await memory.put({ key, kind: 'state', text: oldText, by });
  await memory.close();
}

async function findHarm(
  place: ReturnType<typeof makeMemoryPlace>,
  allowed: readonly string[],
  at: number,
): Promise<string | undefined> {
  const told = (what: string): string => `killed at call ${at}: ${what}`;
  const file = place.read(key);
  if (file === undefined || !allowed.includes(file))
    return told(`the file holds ${JSON.stringify(file?.slice(0, 40))}`);
  const memory = place.open();
  try {
    const { noticed, problems } = await memory.sync();
    if (noticed.length + problems.length > 0)
      return told(`${JSON.stringify([...noticed, ...problems])} is taken for an edit`);
    const entry = await memory.get(key);
    if (entry === undefined || !allowed.includes(entry.text))
      return told('the entry is neither the old nor the new one');
    if (place.read(key) !== entry.text) return told('file and entry differ');
    if ((await memory.get(key, 1))?.text !== oldText) return told('the old version is lost');
    const left = fs.readdirSync(join(place.dir, key, '..')).filter((name) => name !== 'entry.md');
    if (left.length > 0) return told(`${left.join(', ')} stays behind`);
    const wrong = await memory.verify();
    if (wrong.length > 0) return told(JSON.stringify(wrong));
    await memory.put({ key, kind: 'state', text: 'the next\n', by, ifVersion: entry.version });
    return undefined;
  } finally {
    await memory.close();
  }
}
