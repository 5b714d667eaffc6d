import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createMetrics } from '../../src/adapters/metrics/metrics.ts';
import type { Metrics } from '../../src/ports/index.ts';
import { createFakeMetrics } from '../fakes/fake-metrics.ts';

const day = 86_400_000;
let dir: string;
let warnings: string[];
const open = (): Metrics =>
  createMetrics({
    file: join(dir, 'metrics.db'),
    log: { info: () => {}, error: () => {}, warn: (text) => void warnings.push(text) },
  });

beforeEach(() => {
  warnings = [];
  dir = mkdtempSync(join(tmpdir(), 'metrics-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.each([
  ['the file', open],
  ['the fake', createFakeMetrics],
])('%s', (_name, create) => {
  it('gives values back, oldest first, the newest of them where there are more', async () => {
    const metrics = create();
    const points = [3, 1, 2].map((n) => ({ series: 'disk.free.home', atMs: n * 1_000, value: n }));
    await metrics.append([...points, { series: 'a', atMs: 5, value: 0.5 }]);
    expect(metrics.series()).toEqual(['a', 'disk.free.home']);
    expect(metrics.read('disk.free.home', { sinceMs: 0, limit: 2 }).map(({ value }) => value)).toEqual([2, 3]);
    expect(metrics.read('disk.free.home', { sinceMs: 3_000, limit: 9 }).map(({ value }) => value)).toEqual([3]);
    expect(metrics.read('nobody', { sinceMs: 0, limit: 9 })).toEqual([]);
    await metrics.close();
  });

  it('sums up by stretches, and leaves out those without a value', async () => {
    const metrics = create();
    await metrics.append([0, 5, 10, 35].map((atMs) => ({ series: 's', atMs, value: atMs })));
    expect(metrics.buckets('s', { sinceMs: 0, untilMs: 40, stepMs: 10 })).toEqual([
      { atMs: 0, n: 2, min: 0, max: 5, mean: 2.5 },
      { atMs: 10, n: 1, min: 10, max: 10, mean: 10 },
      { atMs: 30, n: 1, min: 35, max: 35, mean: 35 },
    ]);
    await metrics.close();
  });
});

describe('the file of measured values', () => {
  it('keeps older values coarser with their least and greatest, and a repeat changes nothing', async () => {
    const metrics = open();
    const nowMs = 500 * day;
    const at = (ageMs: number, value: number) => ({ series: 's', atMs: nowMs - ageMs, value });
    await metrics.append([at(450 * day, 9), at(60 * day, 1), at(60 * day - 1, 5), at(3 * day, 2), at(3 * day - 1, 4)]);
    await metrics.append([at(10, 7)]);
    await metrics.tidy(nowMs);
    const whole = () => metrics.buckets('s', { sinceMs: 0, untilMs: nowMs, stepMs: nowMs });
    expect(whole()).toEqual([{ atMs: 0, n: 5, min: 1, max: 7, mean: 19 / 5 }]);
    expect(metrics.read('s', { sinceMs: 0, limit: 99 }).map(({ value }) => value)).toEqual([3, 3, 7]);
    await metrics.tidy(nowMs);
    expect(whole()).toEqual([{ atMs: 0, n: 5, min: 1, max: 7, mean: 19 / 5 }]);
    await metrics.close();
  });

  it('is begun anew where it is damaged, says so, and keeps what was there', async () => {
    const file = join(dir, 'metrics.db');
    writeFileSync(file, 'no database at all, and longer than a header of sixteen bytes'.repeat(40));
    const metrics = open();
    await metrics.append([{ series: 's', atMs: 1, value: 1 }]);
    expect(metrics.series()).toEqual(['s']);
    expect(warnings).toEqual(['measured values are begun anew; the damaged file is kept']);
    expect(readFileSync(`${file}.damaged`, 'utf8')).toContain('no database');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await metrics.close();
  });

  it('stays where the disk is full, is read there, and takes values again once there is room', ({ skip }) => {
    const disk = join(dir, 'small-disk');
    mkdirSync(disk);
    const script = fileURLToPath(new URL('support/metrics-on-full-disk.ts', import.meta.url));
    const mount = 'mount -t tmpfs -o size=1m none "$1" || exit 42; exec "$2" "$3" "$1"';
    const args = ['-Urm', '--', 'sh', '-c', mount, 'sh', disk, process.execPath, script];
    const result = spawnSync('unshare', args, { encoding: 'utf8' });
    if (result.error !== undefined || result.status === 1 || result.status === 42)
      skip('this machine allows no mounts');
    expect(JSON.parse(result.stdout)).toEqual({
      readOnFull: ['s'],
      written: 'DISK_FULL',
      openedAlone: 'METRICS_UNAVAILABLE',
      warnings: 0,
      isSetAside: false,
      afterwards: [1, 2],
    });
  });

  it('is left alone by one that cannot have it now', async () => {
    const metrics = open();
    await metrics.append([{ series: 's', atMs: 1, value: 1 }]);
    const other = new DatabaseSync(join(dir, 'metrics.db'));
    other.exec('BEGIN IMMEDIATE');
    await expect(metrics.append([{ series: 's', atMs: 2, value: 2 }])).rejects.toMatchObject({
      code: 'METRICS_UNAVAILABLE',
    });
    other.exec('ROLLBACK');
    other.close();
    expect(metrics.read('s', { sinceMs: 0, limit: 9 })).toHaveLength(1);
    expect([warnings, existsSync(join(dir, 'metrics.db.damaged'))]).toEqual([[], false]);
    await metrics.close();
  });

  it('is begun anew where it has another layout', async () => {
    const other = new DatabaseSync(join(dir, 'metrics.db'));
    other.exec('PRAGMA user_version = 9');
    other.close();
    const metrics = open();
    expect(metrics.series()).toEqual([]);
    expect([warnings.length, existsSync(join(dir, 'metrics.db.damaged'))]).toEqual([1, true]);
    await metrics.close();
  });

  it('that is damaged while it is open is a fault, and begun anew at the next use', async () => {
    const file = join(dir, 'metrics.db');
    const metrics = open();
    await metrics.append(Array.from({ length: 2_000 }, (_, n) => ({ series: `s${n}`, atMs: n, value: n })));
    const checkpoint = new DatabaseSync(file);
    checkpoint.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    checkpoint.close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0xa5, 4_096));
    const again = open();
    const codes: unknown[] = [];
    for (const one of [metrics, again])
      await one.append([{ series: 'new', atMs: 1, value: 1 }]).catch((error: unknown) => {
        codes.push((error as { code?: unknown }).code);
      });
    expect(codes.filter((code) => code !== 'METRICS_UNAVAILABLE')).toEqual([]);
    await metrics.append([{ series: 'new', atMs: 2, value: 2 }]);
    expect(metrics.series()).toContain('new');
    expect(existsSync(`${file}.damaged`)).toBe(true);
    await metrics.close();
    await again.close();
  });

  it('passes over what is no number', async () => {
    const metrics = open();
    await metrics.append([
      { series: 's', atMs: 1, value: Number.NaN },
      { series: 's', atMs: Number.POSITIVE_INFINITY, value: 1 },
    ]);
    expect(metrics.series()).toEqual([]);
    await metrics.close();
  });

  it('is read by a second process while the first writes', async () => {
    const [one, two] = [open(), open()];
    await one.append([{ series: 's', atMs: 1, value: 1 }]);
    await two.append([{ series: 's', atMs: 2, value: 2 }]);
    expect(one.read('s', { sinceMs: 0, limit: 9 })).toHaveLength(2);
    await one.close();
    await two.close();
  });
});
