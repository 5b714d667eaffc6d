import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { retryBusy } from '../../src/adapters/sqlite/busy.ts';
import { startLedgerChild } from './support/child.ts';
import { eventually } from './support/eventually.ts';
import { makeStateDir, type StateDir } from './support/state-dir.ts';

let place: StateDir;
beforeEach(() => {
  place = makeStateDir();
});
afterEach(async () => {
  await place.remove();
});

it.each(['inline', 'worker'] as const)('takes requests of four processes while one appends (%s)', async (mode) => {
  const ledger = await place.open({ mode });
  await ledger.acquire();
  const children = [1, 2, 3, 4].map(() => startLedgerChild('request', place.dir, 60));
  let isOver = false;
  const allEnded = Promise.all(children.map(({ ended }) => ended)).then(() => {
    isOver = true;
  });
  let nAppended = 0;
  while (!isOver) {
    const entries = await ledger.append([{ kind: 'counted', keys: ['k'], data: { n: nAppended } }]);
    expect(entries[0]?.seq).toBe((nAppended += 1));
  }
  await allEnded;
  const ids = children.flatMap(({ facts }) => facts.map(({ id }) => id as number));
  expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 240 }, (_, n) => n + 1));
  expect(ledger.openRequests()).toHaveLength(240);
  expect(ledger.verify()).toMatchObject({ kind: 'holds', nEntries: nAppended });
  expect(nAppended).toBeGreaterThan(0);
  await ledger.close();
});

it('keeps every acknowledged row through 30 kills of the writer, and frees the lock each time', async () => {
  const reader = await place.open();
  const acknowledged = new Map<number, string>();
  for (let kill = 1; kill <= 30; kill += 1) {
    const child = startLedgerChild('write', place.dir, 0, kill % 2 === 0 ? 'worker' : 'inline');
    expect(await child.first).toEqual({ epoch: kill });
    expect(await reader.isHeld()).toBe(true);
    await eventually('some rows', () => child.facts.length > 4);
    await pause((kill * 7) % 30);
    child.process.kill('SIGKILL');
    await child.ended;
    expect(await reader.isHeld()).toBe(false);
    for (const { seq, hash } of child.facts.slice(1)) acknowledged.set(seq as number, hash as string);
    expect(reader.verify()).toMatchObject({ kind: 'holds' });
  }
  const kept = new Map<number, string>();
  for (let afterSeq = 0; ;) {
    const entries = reader.read({ afterSeq, limit: 10_000 });
    if (entries.length === 0) break;
    for (const { seq, hash } of entries) kept.set(seq, hash);
    afterSeq += entries.length;
  }
  expect(acknowledged.size).toBeGreaterThan(100);
  for (const [seq, hash] of acknowledged) expect(kept.get(seq)).toBe(hash);
  expect((await reader.acquire())?.epoch).toBe(31);
  await reader.close();
});

it('lets a stopped holder keep the lock', async () => {
  const ledger = await place.open();
  const child = startLedgerChild('hold', place.dir);
  await child.first;
  child.process.kill('SIGSTOP');
  await pause(100);
  expect(await ledger.acquire()).toBeUndefined();
  expect(await ledger.isHeld()).toBe(true);
  child.process.kill('SIGKILL');
  await child.ended;
  expect((await ledger.acquire())?.epoch).toBe(2);
  await ledger.close();
});

it('keeps the lock of this process when another ledger object here looks at it and closes', async () => {
  const ledger = await place.open();
  await ledger.acquire();
  const other = await place.open();
  expect(await other.isHeld()).toBe(true);
  expect(await other.acquire()).toBeUndefined();
  await other.close();
  const child = startLedgerChild('hold', place.dir);
  expect(await child.first).toEqual({});
  child.process.kill('SIGKILL');
  await child.ended;
  await ledger.append([{ kind: 'counted', data: {} }]);
  await ledger.close();
});

it.each(['inline', 'worker'] as const)(
  'refuses rows under an older epoch, whatever lock is held (%s)',
  async (mode) => {
    const ledger = await place.open({ mode });
    await ledger.acquire();
    await ledger.append([{ kind: 'counted', data: { n: 1 } }]);
    const outside = new DatabaseSync(join(place.dir, 'ledger.db'));
    outside.exec('UPDATE meta SET epoch = epoch + 1');
    outside.close();
    await expect(ledger.append([{ kind: 'counted', data: { n: 2 } }])).rejects.toMatchObject({
      code: 'EPOCH_OLD',
      message: 'A newer supervisor (epoch 2) has taken over from this one (epoch 1).',
    });
    expect(ledger.head().seq).toBe(1);
    await ledger.close();
  },
);

it('waits while another process writes', async () => {
  const ledger = await place.open();
  const outside = new DatabaseSync(join(place.dir, 'ledger.db'));
  outside.exec('BEGIN IMMEDIATE');
  const requested = ledger.request('run.start', { n: 1 });
  await pause(80);
  expect(ledger.openRequests()).toEqual([]);
  outside.exec('COMMIT');
  expect(await requested).toBe(1);
  outside.close();
  await ledger.close();
});

it('gives up with a fault when the database stays locked', async () => {
  const file = join(place.dir, 'ledger.db');
  await (await place.open()).close();
  const outside = new DatabaseSync(file);
  const blocked = new DatabaseSync(file, { timeout: 0 });
  outside.exec('BEGIN IMMEDIATE');
  await expect(retryBusy(file, () => blocked.exec('BEGIN IMMEDIATE'), 50)).rejects.toMatchObject({
    code: 'LEDGER_UNAVAILABLE',
    state: 'Nothing of this call was written.',
  });
  outside.close();
  blocked.close();
});
