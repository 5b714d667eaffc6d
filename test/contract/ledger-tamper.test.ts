import { execFileSync } from 'node:child_process';
import { rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createDigest } from '../../src/adapters/clock/digest.ts';
import { entryOf, type StoredEntry } from '../../src/adapters/sqlite/journal-reader.ts';
import { linkHash } from '../../src/domain/journal/chain.ts';
import type { ChainCheck } from '../../src/ports/ledger.ts';
import { makeStateDir, type StateDir } from './support/state-dir.ts';

let place: StateDir;
beforeEach(async () => {
  place = makeStateDir();
  const ledger = await place.open();
  await ledger.acquire();
  for (let n = 1; n <= 9; n += 1)
    await ledger.append([{ kind: 'counted', run: 'r1', keys: [`by3:${n % 3}`], data: { n } }]);
  await ledger.close();
});
afterEach(async () => {
  await place.remove();
});

async function verifyAfter(tamper: (db: DatabaseSync) => void): Promise<ChainCheck> {
  const db = new DatabaseSync(join(place.dir, 'ledger.db'));
  tamper(db);
  db.close();
  const ledger = await place.open();
  const verdict = ledger.verify();
  await ledger.close();
  return verdict;
}

/** Does what a forger with the source code at hand does: links every row anew from `fromSeq` on. */
function relink(db: DatabaseSync, fromSeq: number, { withHead }: { readonly withHead: boolean }): void {
  const { sha256 } = createDigest();
  let prev = db.prepare('SELECT hash FROM journal WHERE seq = ?').get(fromSeq - 1)?.['hash'] as string;
  for (const row of db.prepare('SELECT * FROM journal WHERE seq >= ? ORDER BY seq').all(fromSeq)) {
    const entry = { ...entryOf(row as unknown as StoredEntry), prev };
    const hash = linkHash(entry, sha256);
    db.prepare('UPDATE journal SET prev = ?, hash = ? WHERE seq = ?').run(prev, hash, entry.seq);
    prev = hash;
  }
  if (withHead) db.prepare('UPDATE meta SET head_hash = ?').run(prev);
}

const edits: readonly {
  readonly what: string;
  readonly tamper: string;
  readonly firstBadSeq: number;
  readonly reason: string;
}[] = [
  {
    what: 'edited data',
    tamper: `UPDATE journal SET data = '{"n":40}' WHERE seq = 4`,
    firstBadSeq: 4,
    reason: 'row 4 was edited: its hash is another one',
  },
  {
    what: 'an edit that means the same',
    tamper: `UPDATE journal SET data = '{"n": 4}' WHERE seq = 4`,
    firstBadSeq: 4,
    reason: 'row 4 was edited: its text is not the canonical one',
  },
  {
    what: 'data that is no JSON',
    tamper: `UPDATE journal SET data = '{"n":4' WHERE seq = 4`,
    firstBadSeq: 4,
    reason: 'row 4 was edited: it is not JSON',
  },
  {
    what: 'an edited time',
    tamper: 'UPDATE journal SET at_ms = at_ms + 1 WHERE seq = 1',
    firstBadSeq: 1,
    reason: 'row 1 was edited: its hash is another one',
  },
  {
    what: 'an edited key',
    tamper: `UPDATE journal SET keys = '["by3:9"]' WHERE seq = 5`,
    firstBadSeq: 5,
    reason: 'row 5 was edited: its hash is another one',
  },
  {
    what: 'an edited hash',
    tamper: `UPDATE journal SET hash = '${'f'.repeat(64)}' WHERE seq = 9`,
    firstBadSeq: 9,
    reason: 'row 9 was edited: its hash is another one',
  },
  { what: 'a removed row', tamper: 'DELETE FROM journal WHERE seq = 6', firstBadSeq: 6, reason: 'row 6 was removed' },
  {
    what: 'removed rows',
    tamper: 'DELETE FROM journal WHERE seq IN (1, 2)',
    firstBadSeq: 1,
    reason: 'rows 1 to 2 were removed',
  },
  {
    what: 'a removed row and the rest moved up',
    tamper: 'DELETE FROM journal WHERE seq = 6; UPDATE journal SET seq = seq - 1 WHERE seq > 6',
    firstBadSeq: 6,
    reason: 'row 6 holds what was written as row 7: rows were reordered or removed',
  },
  {
    what: "two rows in each other's place",
    tamper:
      'UPDATE journal SET seq = 99 WHERE seq = 3; UPDATE journal SET seq = 3 WHERE seq = 7; UPDATE journal SET seq = 7 WHERE seq = 99',
    firstBadSeq: 3,
    reason: 'row 3 holds what was written as row 7: rows were reordered or removed',
  },
  {
    what: 'a cut off end',
    tamper: 'DELETE FROM journal WHERE seq > 7',
    firstBadSeq: 8,
    reason: 'the end was cut off: 2 committed rows up to row 9 are missing',
  },
  {
    what: 'everything cut off',
    tamper: 'DELETE FROM journal',
    firstBadSeq: 1,
    reason: 'the end was cut off: 9 committed rows up to row 9 are missing',
  },
  {
    what: 'a cut off end with the head put back',
    tamper: `DELETE FROM journal WHERE seq > 7; DELETE FROM key_heads WHERE seq > 7;
      INSERT INTO key_heads VALUES ('r:r1', 7), ('t:counted', 7), ('k:by3:0', 6), ('k:by3:2', 5) ON CONFLICT DO UPDATE SET seq = excluded.seq;
      UPDATE meta SET head_seq = 7, head_hash = (SELECT hash FROM journal WHERE seq = 7)`,
    firstBadSeq: 8,
    reason: 'the end was lost: 2 committed rows up to row 9 are missing',
  },
  {
    what: 'a run that finds another row',
    tamper: `UPDATE key_heads SET seq = 8 WHERE name = 'r:r1'`,
    firstBadSeq: 8,
    reason: '"r:r1" finds row 8, which is not its newest',
  },
  {
    what: 'a key that finds nothing',
    tamper: `DELETE FROM key_heads WHERE name = 'k:by3:2'`,
    firstBadSeq: 8,
    reason: 'row 8 is not found under "k:by3:2"',
  },
  {
    what: 'a link past a row',
    tamper: `UPDATE journal SET links = '[4,4,1]' WHERE seq = 5`,
    firstBadSeq: 5,
    reason: 'row 5 is linked to other rows than those before it of its run, kind and keys',
  },
];

describe('verify names the first bad row and what was done', () => {
  it('and nothing when nothing was done', async () => {
    expect(await verifyAfter(() => {})).toMatchObject({ kind: 'holds', nEntries: 9 });
  });

  it.each(edits)('$what', async ({ tamper, firstBadSeq, reason }) => {
    expect(await verifyAfter((db) => db.exec(tamper))).toEqual({ kind: 'broken', firstBadSeq, reason });
  });

  it('a row with a hash that fits it', async () => {
    const verdict = await verifyAfter((db) => {
      db.exec(`UPDATE journal SET data = '{"n":40}' WHERE seq = 4`);
      const row = entryOf(db.prepare('SELECT * FROM journal WHERE seq = 4').get() as unknown as StoredEntry);
      db.prepare('UPDATE journal SET hash = ? WHERE seq = 4').run(linkHash(row, createDigest().sha256));
    });
    expect(verdict).toEqual({
      kind: 'broken',
      firstBadSeq: 4,
      reason: 'row 4 was replaced: row 5 was linked to another',
    });
  });

  it('a chain computed anew, without and with the head', async () => {
    const tamper = (db: DatabaseSync): void => db.exec(`UPDATE journal SET data = '{"n":40}' WHERE seq = 4`);
    const withoutHead = await verifyAfter((db) => {
      tamper(db);
      relink(db, 4, { withHead: false });
    });
    expect(withoutHead).toEqual({
      kind: 'broken',
      firstBadSeq: 9,
      reason: 'row 9 is not the one that was committed last',
    });
    const withHead = await verifyAfter((db) => relink(db, 4, { withHead: true }));
    expect(withHead).toEqual({
      kind: 'broken',
      firstBadSeq: 9,
      reason: 'row 9 is not the one that was committed: the journal was computed anew',
    });
  });

  it('a row added from outside', async () => {
    const verdict = await verifyAfter((db) => {
      db.exec(
        `INSERT INTO journal SELECT 10, at_ms, epoch, kind, run, keys, data, hash, hash, '[9,9,9]' FROM journal WHERE seq = 9`,
      );
      relink(db, 10, { withHead: false });
    });
    expect(verdict).toEqual({ kind: 'broken', firstBadSeq: 10, reason: 'row 10 was added from outside' });
  });
});

it('says so when a read meets a row that is gone', async () => {
  const db = new DatabaseSync(join(place.dir, 'ledger.db'));
  db.exec('DELETE FROM journal WHERE seq = 4');
  db.close();
  const ledger = await place.open();
  expect(() => ledger.read({ run: 'r1' })).toThrow(expect.objectContaining({ code: 'LEDGER_BROKEN' }));
  await ledger.close();
});

describe('a lost end of the WAL', () => {
  let crashed: StateDir;
  beforeEach(async () => {
    const ledger = await place.open();
    await ledger.acquire();
    for (let n = 10; n <= 14; n += 1) await ledger.append([{ kind: 'counted', run: 'r1', data: { n } }]);
    crashed = makeStateDir();
    // A process with the ledger open must not open these files itself, so another one copies them.
    execFileSync('cp', ['-a', place.dir, crashed.dir]);
    await ledger.close();
  });
  afterEach(async () => {
    await crashed.remove();
  });

  it('is missed wherever it was cut, and the rest holds', async () => {
    const heads: number[] = [];
    for (let nFrames = 0; nFrames <= 20; nFrames += 1) {
      const cut = makeStateDir();
      execFileSync('cp', ['-a', crashed.dir, cut.dir]);
      // Inside of a frame of 24 bytes and a page, behind a header of 32: a torn write.
      truncateSync(join(cut.dir, 'ledger.db-wal'), 32 + nFrames * (24 + 4_096) + 700);
      const ledger = await cut.open();
      const { seq } = ledger.head();
      const lost = {
        kind: 'broken',
        firstBadSeq: seq + 1,
        reason: expect.stringMatching(/^the end was lost: .* missing$/),
      };
      expect(ledger.verify()).toMatchObject(seq === 14 ? { kind: 'holds' } : lost);
      // Without the bell nothing else remembers what was there.
      rmSync(join(cut.dir, 'bell'));
      expect(ledger.verify()).toMatchObject({ kind: 'holds', headSeq: seq });
      heads.push(seq);
      await ledger.close();
      await cut.remove();
    }
    expect([...new Set(heads)]).toEqual([9, 10, 11, 12, 13, 14]);
  });

  it('is written down by the next writer, and the journal goes on', async () => {
    rmSync(join(crashed.dir, 'ledger.db-wal'));
    const ledger = await crashed.open();
    expect(ledger.verify()).toEqual({
      kind: 'broken',
      firstBadSeq: 10,
      reason: 'the end was lost: 5 committed rows up to row 14 are missing',
    });
    await ledger.acquire();
    expect(ledger.latest('ledger.headMissing')).toMatchObject({
      seq: 10,
      data: { noted: { seq: 14 }, found: { seq: 9 } },
    });
    expect(ledger.verify()).toMatchObject({ kind: 'holds', headSeq: 10 });
    await ledger.append([{ kind: 'counted', data: {} }]);
    await ledger.close();
  });
});
