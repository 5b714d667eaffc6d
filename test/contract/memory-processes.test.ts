import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { tryKilled } from '../support/memory-kills.ts';
import { makeMemoryPlace } from './support/memory-place.ts';

const program = fileURLToPath(new URL('./support/memory-child.ts', import.meta.url));
const by = { kind: 'program', name: 'test' } as const;
let place: ReturnType<typeof makeMemoryPlace>;
beforeEach(() => {
  place = makeMemoryPlace();
});
afterEach(async () => {
  await place.remove();
});

function startCount(n: number, how: 'careful' | 'careless') {
  const args = [
    '--disable-warning=ExperimentalWarning',
    program,
    'count',
    place.dir,
    place.stateDir,
    'counter',
    String(n),
    how,
  ];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  return { child, ended: once(child, 'close').then(([status]) => ({ status, said: out.trim().split('\n') })) };
}

async function count(n: number): Promise<number> {
  const { status, said } = await startCount(n, 'careful').ended;
  expect(status).toBe(0);
  return (JSON.parse(said.at(-1) ?? '') as { nMoved: number }).nMoved;
}

/** Both have read the same before either writes: what one of them adds first is lost. */
async function countCarelessly(n: number): Promise<void> {
  const both = [startCount(n, 'careless'), startCount(n, 'careless')];
  await Promise.all(both.map(({ child }) => once(child.stdout, 'data')));
  for (const { child } of both) child.stdin.end('go\n');
  for (const { status } of await Promise.all(both.map(({ ended }) => ended))) expect(status).toBe(0);
}

it('loses no update of two processes that write one entry; without what they saw, some are lost (F26)', async () => {
  const memory = place.open();
  const each = 30;
  const nMoved = await Promise.all([count(each), count(each)]);
  expect((await memory.get('counter'))?.text).toBe(String(2 * each));
  expect(memory.history('counter')).toHaveLength(2 * each);
  expect(memory.since(0, 1_000).map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 2 * each }, (_, n) => n + 1),
  );
  expect(nMoved[0] ?? 0).toBeGreaterThanOrEqual(0);
  await memory.remove({ key: 'counter', ifVersion: 2 * each, by, reason: 'the control' });
  await countCarelessly(each);
  // Every version is there: what is lost is only what the authors did not look at.
  expect(Number((await memory.get('counter'))?.text)).toBeLessThan(2 * each);
  expect(memory.history('counter')).toHaveLength(4 * each);
  await memory.close();
});

it('leaves the old or the new entry whole, killed at a call of a write, and is free for the next (F06, a share)', async () => {
  const tried = await tryKilled({ place, program, step: 5 });
  expect(tried.harm).toBeUndefined();
  expect(tried.nKilled).toBeGreaterThan(5);
});

it('waits for a writer that is stopped, and says so when it does not go on', { timeout: 60_000 }, async () => {
  const memory = place.open();
  await memory.put({ key: 'a', kind: 'state', text: 'old', by });
  const child = spawn(process.execPath, ['--input-type=module', '-e', holdLock(join(place.stateDir, 'memory.lock'))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  const late = memory.put({ key: 'a', kind: 'state', text: 'new', by });
  await expect(late).rejects.toMatchObject({ code: 'MEMORY_UNAVAILABLE', state: 'Nothing was changed.' });
  expect((await memory.get('a'))?.text).toBe('old');
  child.kill('SIGKILL');
  await once(child, 'close');
  await memory.put({ key: 'a', kind: 'state', text: 'new', by });
  expect(fs.readFileSync(join(place.dir, 'a'), 'utf8')).toBe('new');
  await memory.close();
});

const holdLock = (file: string): string => `
  import { DatabaseSync } from 'node:sqlite';
  const db = new DatabaseSync(${JSON.stringify(file)});
  db.exec('BEGIN EXCLUSIVE');
  process.stdout.write('held');
  setInterval(() => {}, 1_000);
`;
