import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { createLog } from '../../src/adapters/log/create-log.ts';
import { createSecretBook } from '../../src/domain/secrets/secret-book.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'log-'));
  file = join(dir, 'logs/supervisor.log');
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const linesOf = (path: string): Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const lines = (): Record<string, unknown>[] => linesOf(file);

it('writes a line of JSON for each message, for the owner only', async () => {
  const log = createLog({ file, level: 'info' });
  log.info('started', { pid: 7 });
  log.warn('slow\nvery');
  log.error('failed', {
    error: Object.assign(new Error('no room'), { code: 'ENOSPC' }),
    at: new Date(0),
    big: 2n,
    bytes: new Uint8Array(3),
  });
  await log.close();
  expect(lines()).toMatchObject([
    { level: 'info', message: 'started', data: { pid: 7 } },
    { level: 'warn', message: 'slow\nvery' },
    {
      level: 'error',
      data: {
        error: { name: 'Error', message: 'no room', code: 'ENOSPC' },
        at: '1970-01-01T00:00:00.000Z',
        big: '2',
        bytes: '[3 bytes]',
      },
    },
  ]);
  expect(lines()[0]?.['at']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('leaves out what is below its level', async () => {
  const log = createLog({ file, level: 'warn' });
  log.info('no');
  log.warn('yes');
  await log.close();
  expect(lines()).toMatchObject([{ message: 'yes' }]);
});

it('goes on in the file that is there', async () => {
  for (const message of ['first', 'second']) {
    const log = createLog({ file, level: 'info' });
    log.info(message);
    await log.close();
  }
  expect(lines()).toMatchObject([{ message: 'first' }, { message: 'second' }]);
});

it('keeps each secret out, wherever it stands', async () => {
  const secrets = ['token-of-anna', 'token-of-anna-"quoted"\\', '47114711', '$&$&$&$&'];
  const book = createSecretBook([...secrets, '', 'short']);
  const log = createLog({ file, level: 'info', redact: (value) => book.data(value) });
  log.info('got token-of-anna-"quoted"\\ and $&$&$&$&, which is short', {
    header: 'Bearer token-of-anna',
    list: [['xtoken-of-annax', btoa('token-of-anna')]],
    'token-of-anna': 1,
    pin: 47114711,
    error: new Error('bad token-of-anna', { cause: new Error('token-of-anna-"quoted"\\') }),
  });
  await log.close();
  const text = readFileSync(file, 'utf8');
  for (const secret of secrets) expect(text).not.toContain(secret);
  expect(text).not.toContain('-"quoted');
  expect(lines()).toMatchObject([
    {
      message: 'got [redacted] and [redacted], which is short',
      data: {
        header: 'Bearer [redacted]',
        list: [['x[redacted]x', expect.stringMatching(/^\[redacted\]/)]],
        '[redacted]': 1,
        pin: '[redacted]',
      },
    },
  ]);
});

it('takes data that loops or is deep, and cuts a line that is too long', async () => {
  const log = createLog({ file, level: 'info' });
  const loop: Record<string, unknown> = { name: 'a' };
  loop['self'] = loop;
  let deep: unknown = 1;
  for (let n = 0; n < 100; n += 1) deep = [deep];
  log.info('odd', { loop, deep, call: () => {} });
  log.info('long', { text: 'x'.repeat(200_000) });
  await log.close();
  expect(lines()[0]).toMatchObject({ data: { loop: { name: 'a', self: '[cycle]' }, call: '[function call]' } });
  expect(lines()[1]).toMatchObject({ message: 'long', nCharsCut: expect.any(Number) });
  expect(
    readFileSync(file, 'utf8')
      .split('\n')
      .every((line) => line.length <= 65_536),
  ).toBe(true);
});

it('is bounded: the oldest files go', async () => {
  const log = createLog({ file, level: 'info', maxSizeBytes: 10_000 });
  for (let n = 0; n < 600; n += 1) log.info('a line of about a hundred characters', { n, filler: 'x'.repeat(40) });
  await log.close();
  const names = readdirSync(join(dir, 'logs')).toSorted();
  expect(names).toEqual(['supervisor.log', 'supervisor.log.1', 'supervisor.log.2', 'supervisor.log.3']);
  for (const name of names) expect(statSync(join(dir, 'logs', name)).size).toBeLessThanOrEqual(10_000);
  const kept = names
    .toReversed()
    .flatMap((name) => linesOf(join(dir, 'logs', name)).map(({ data }) => (data as { n: number }).n));
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => 600 - kept.length + n));
});

it('has every line in the file when the call returns', () => {
  const log = createLog({ file, level: 'info' });
  for (let n = 0; n < 300; n += 1) log.info('last words', { n });
  expect(lines()).toHaveLength(300);
});

it('disturbs nobody when it cannot write, or after it was closed, and says what it dropped', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  mkdirSync(file, { recursive: true });
  const log = createLog({ file, level: 'info' });
  log.info('into a folder');
  log.info('at once again');
  rmSync(file, { recursive: true });
  vi.advanceTimersByTime(11_000);
  log.info('there is room');
  await log.close();
  log.info('late');
  vi.useRealTimers();
  expect(lines()).toMatchObject([{ message: 'lines were dropped', nDropped: 2 }, { message: 'there is room' }]);
});
