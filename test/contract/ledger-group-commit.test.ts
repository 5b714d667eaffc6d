import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { makeStateDir } from './support/state-dir.ts';

/** Counts the commits in the WAL, by https://www.sqlite.org/fileformat2.html#the_write_ahead_log */
function countCommits(walFile: string): number {
  const wal = readFileSync(walFile);
  const frameBytes = 24 + wal.readUInt32BE(8);
  const salts = wal.subarray(16, 24);
  let nCommits = 0;
  for (let at = 32; at + frameBytes <= wal.length; at += frameBytes) {
    if (!wal.subarray(at + 8, at + 16).equals(salts)) break;
    if (wal.readUInt32BE(at + 4) !== 0) nCommits += 1;
  }
  return nCommits;
}

it.each(['inline', 'worker'] as const)('commits what arrives together together (%s)', async (mode) => {
  const place = makeStateDir(mode);
  const ledger = await place.open();
  await ledger.acquire();
  const wal = join(place.dir, 'ledger.db-wal');

  const before = countCommits(wal);
  await Promise.all(Array.from({ length: 64 }, (_, n) => ledger.append([{ kind: 'counted', data: { n } }])));
  expect(countCommits(wal) - before).toBe(1);

  const alone = countCommits(wal);
  for (let n = 0; n < 5; n += 1) await ledger.append([{ kind: 'counted', data: { n } }]);
  expect(countCommits(wal) - alone).toBe(5);

  const publishers = countCommits(wal);
  const publish = async (): Promise<void> => {
    for (let n = 0; n < 10; n += 1) await ledger.append([{ kind: 'counted', data: { n } }]);
  };
  await Promise.all(Array.from({ length: 32 }, publish));
  expect(countCommits(wal) - publishers).toBeLessThanOrEqual(20);
  expect(ledger.verify()).toMatchObject({ kind: 'holds', nEntries: 64 + 5 + 320 });

  await ledger.close();
  await place.remove();
});
