import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createUsage } from '../../src/adapters/metrics/usage.ts';
import type { Usage, UsedPrompt } from '../../src/ports/index.ts';
import { createFakeUsage } from '../fakes/fake-usage.ts';

const day = 86_400_000;
let dir: string;
let warnings: string[];
const open = (): Usage =>
  createUsage({
    file: join(dir, 'usage.db'),
    log: { info: () => {}, error: () => {}, warn: (text) => void warnings.push(text) },
  });
const prompt = (promptId: string, given: Partial<UsedPrompt> = {}): UsedPrompt => ({
  ...{ promptId, endedAtMs: 100 * day + 5, durationMs: 2_000, hasFailed: false, shape: 's1', classes: ['KSampler'] },
  ...{ models: ['a.safetensors', 'b.safetensors'], ...given },
});

beforeEach(() => {
  warnings = [];
  dir = mkdtempSync(join(tmpdir(), 'usage-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe.each([
  ['the file', open],
  ['the fake', createFakeUsage],
])('%s', (_name, create) => {
  it('counts a prompt once, its models each, and says since when', async () => {
    const usage = create();
    expect(usage.beganMs()).toBeNull();
    expect(
      await usage.add(
        [prompt('1'), prompt('2', { hasFailed: true, durationMs: null, models: ['a.safetensors'] })],
        100 * day,
      ),
    ).toBe(2);
    expect(
      await usage.add([prompt('2'), prompt('3', { endedAtMs: 102 * day, shape: 's2', models: [] })], 101 * day),
    ).toBe(1);
    expect(usage.beganMs()).toBe(100 * day);
    expect(usage.models(0)).toEqual([
      { name: 'a.safetensors', times: 2, nFailed: 1, durationMs: 2_000, lastAtMs: 100 * day + 5 },
      { name: 'b.safetensors', times: 1, nFailed: 0, durationMs: 2_000, lastAtMs: 100 * day + 5 },
    ]);
    expect(usage.workflows(0).map(({ name, models, times }) => [name, models.length, times])).toEqual([
      ['s2', 0, 1],
      ...[
        ['s1', 2, 1],
        ['s1', 1, 1],
      ].toSorted((a, b) => Number(b[1]) - Number(a[1])),
    ]);
    expect(usage.days(0)).toEqual([
      { atMs: 100 * day, times: 2, durationMs: 2_000 },
      { atMs: 102 * day, times: 1, durationMs: 2_000 },
    ]);
    expect([usage.models(101 * day), usage.days(101 * day).length]).toEqual([[], 1]);
    await usage.close();
  });

  it('begins to count when there was nothing to count', async () => {
    const usage = create();
    expect(await usage.add([], 7)).toBe(0);
    expect([usage.beganMs(), usage.models(0)]).toEqual([7, []]);
    await usage.close();
  });
});

describe('the file of what was used', () => {
  it('goes on after it was closed, also with what it has seen, and is read by its owner alone', async () => {
    const before = open();
    await before.add([prompt('1')], 100 * day);
    await before.close();
    const after = open();
    expect(await after.add([prompt('1'), prompt('2')], 100 * day)).toBe(1);
    expect(after.models(0)[0]?.times).toBe(2);
    expect(statSync(join(dir, 'usage.db')).mode & 0o777).toBe(0o600);
    await after.close();
  });

  it('counts once what two processes add at the same time', async () => {
    const [one, other] = [open(), open()];
    await Promise.all([one.add([prompt('1')], 0), other.add([prompt('1')], 0)]);
    expect(one.models(0)[0]?.times).toBe(1);
    await Promise.all([one.close(), other.close()]);
  });

  it('forgets days that are older than 400 days, and not those of 399', async () => {
    const usage = open();
    const nowMs = 500 * day;
    await usage.add(
      [prompt('1', { endedAtMs: nowMs - 401 * day }), prompt('2', { endedAtMs: nowMs - 399 * day })],
      nowMs,
    );
    expect(usage.models(0)[0]?.times).toBe(1);
    await usage.close();
  });

  it('is begun anew where it is damaged, and the damaged file stays', async () => {
    writeFileSync(join(dir, 'usage.db'), 'no database at all, and long enough to be read as one'.repeat(40));
    const usage = open();
    expect(await usage.add([prompt('1')], 0)).toBe(1);
    expect(warnings).toEqual(['counts of what was used are begun anew; the damaged file is kept']);
    expect(readdirSync(dir)).toContain('usage.db.damaged');
    await usage.close();
  });
});
