import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readQuickStatus } from '../../src/adapters/sqlite/quick-status.ts';
import { toLayout1, toLayout2 } from '../support/old-layouts.ts';
import { makeStateDir, type StateDir } from './support/state-dir.ts';

/** From util-linux: runs a program in namespaces of its own. Without it the tests that need one are skipped. */
const inNamespace = 'unshare';
const child = fileURLToPath(new URL('./support/ledger-child.ts', import.meta.url));

let place: StateDir;
let file: string;
beforeEach(() => {
  place = makeStateDir();
  file = join(place.dir, 'ledger.db');
});
afterEach(async () => {
  await place.remove();
});

async function makeLedger(nRows: number): Promise<void> {
  const ledger = await place.open();
  await ledger.acquire();
  for (let n = 1; n <= nRows; n += 1) {
    await ledger.append([
      { kind: 'counted', run: `r${n % 2}`, keys: [`by3:${n % 3}`, 'all'], data: { n, text: 'x'.repeat(200) } },
    ]);
  }
  await ledger.close();
}

function change(sql: string): void {
  const db = new DatabaseSync(file);
  db.exec(sql);
  db.close();
}

describe('files', () => {
  it('are for their owner only, also in a folder that was open to others', async () => {
    mkdirSync(place.dir, { recursive: true, mode: 0o755 });
    const ledger = await place.open();
    await ledger.acquire();
    const mode = (name: string): string => (statSync(join(place.dir, name)).mode & 0o777).toString(8);
    expect(mode('.')).toBe('700');
    for (const name of ['ledger.db', 'ledger.db-wal', 'ledger.db-shm', 'supervisor.lock', 'bell'])
      expect([name, mode(name)]).toEqual([name, '600']);
    await ledger.close();
  });

  it('are laid out once when many open them at the same time', async () => {
    const ledgers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => place.open({ mode: n % 4 === 0 ? 'worker' : 'inline' })),
    );
    await Promise.all(ledgers.map((ledger) => ledger.request('run.start', {})));
    expect(ledgers[0]?.openRequests()).toHaveLength(8);
    await Promise.all(ledgers.map((ledger) => ledger.close()));
  });
});

describe('a file that this code cannot use is left alone', () => {
  it.each([
    ['LEDGER_NEWER', 'UPDATE meta SET schema_version = 4', 'has layout 4; this orchestrate knows layouts up to 3'],
    [
      'LEDGER_OLDER',
      'UPDATE meta SET schema_version = 0',
      'has layout 0; this orchestrate carries over layouts from 1 on',
    ],
    ['LEDGER_BROKEN', 'DROP TABLE meta', 'is a database, but not a ledger'],
  ])('%s', async (code, sql, message) => {
    await makeLedger(1);
    change(sql);
    const before = readFileSync(file);
    await expect(place.open()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
      state: expect.stringContaining('Nothing was changed.'),
    });
    await expect(place.open({ mode: 'worker' })).rejects.toMatchObject({ code });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readQuickStatus(place.dir)).toBeUndefined();
  });

  it('LEDGER_BROKEN: no database at all', async () => {
    mkdirSync(place.dir, { recursive: true });
    writeFileSync(file, 'not a database '.repeat(400));
    await expect(place.open()).rejects.toMatchObject({
      code: 'LEDGER_BROKEN',
      message: expect.stringContaining(file),
      data: { file },
    });
    expect(readFileSync(file, 'utf8')).toBe('not a database '.repeat(400));
    expect(readQuickStatus(place.dir)).toBeUndefined();
  });

  it('LEDGER_BROKEN: damaged inside, met by a read and named by verify', async () => {
    await makeLedger(120);
    const bytes = readFileSync(file);
    const marker = Buffer.from('"n":60,');
    const page = Math.floor(bytes.indexOf(marker) / 4_096);
    bytes.fill(0xee, page * 4_096, (page + 1) * 4_096);
    writeFileSync(file, bytes);
    const ledger = await place.open();
    expect(() => ledger.read()).toThrow(expect.objectContaining({ code: 'LEDGER_BROKEN' }));
    const verdict = ledger.verify();
    expect(verdict).toMatchObject({ kind: 'broken', reason: expect.stringMatching(/^the file is damaged/) });
    expect(verdict.kind === 'broken' && verdict.firstBadSeq > 1 && verdict.firstBadSeq <= 60).toBe(true);
    await ledger.close();
  });

  it('LEDGER_UNAVAILABLE: where no folder can be', async () => {
    writeFileSync(join(dirname(place.dir), 'in-the-way'), '');
    await expect(place.open({ dir: join(dirname(place.dir), 'in-the-way/state') })).rejects.toMatchObject({
      code: 'LEDGER_UNAVAILABLE',
    });
  });

  // Root is asked for no permission, unless it is inside a user namespace of its own.
  const asNobody = process.getuid?.() === 0 ? [inNamespace, '-U'] : [];
  const canBeNobody = asNobody.length === 0 || spawnSync(inNamespace, ['-U', 'true']).status === 0;
  it.skipIf(!canBeNobody).each(['a folder', 'a file'])(
    'LEDGER_UNAVAILABLE: %s that may not be written',
    async (what) => {
      await makeLedger(1);
      chmodSync(file, 0o400);
      if (what === 'a folder') chmodSync(place.dir, 0o500);
      const [program, ...args] = [...asNobody, process.execPath, child, 'request', place.dir, '1'];
      const { stdout } = spawnSync(program, args, { encoding: 'utf8' });
      expect(JSON.parse(stdout)).toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
      chmodSync(place.dir, 0o700);
    },
  );
});

describe('a full disk', () => {
  it('refuses what does not fit, keeps the rest, and goes on when there is room', async () => {
    await makeLedger(3);
    const ledger = await place.open({ maxSizeBytes: 400_000 });
    await ledger.acquire();
    let nRows = 3;
    const large = { kind: 'counted', keys: ['large'], data: { text: 'y'.repeat(60_000) } };
    const small = { kind: 'counted', data: {} };
    await expect(
      (async () => {
        for (; nRows < 50; nRows += 2) await ledger.append([small, large]);
      })(),
    ).rejects.toMatchObject({ code: 'DISK_FULL', state: expect.stringContaining('Nothing of this call was written') });
    expect(nRows).toBeLessThan(20);
    expect(ledger.verify()).toMatchObject({ kind: 'holds', nEntries: nRows });
    await ledger.append([small]);
    await ledger.close();

    const roomy = await place.open();
    await roomy.acquire();
    await roomy.append([small, large]);
    expect(roomy.verify()).toMatchObject({ kind: 'holds', nEntries: nRows + 3 });
    await roomy.close();
  });

  const inTmpfs = (what: string, ...args: readonly string[]): ReturnType<typeof spawnSync> => {
    const target = mkdtempSync(join(tmpdir(), 'ledger-tmpfs-'));
    const script = 'mount -t tmpfs -o size=12m tmpfs "$1" && exec "$2" "$3" "$4" "$1" "$5" "$6"';
    const result = spawnSync(
      inNamespace,
      ['-Urm', 'sh', '-c', script, 'sh', target, process.execPath, child, what, ...args],
      { encoding: 'utf8' },
    );
    rmSync(target, { recursive: true });
    return result;
  };
  const hasTmpfs = spawnSync(inNamespace, ['-Urm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;
  it.skipIf(!hasTmpfs).each(['inline', 'worker'])(
    'is the same when it is the disk itself that is full (%s)',
    (mode) => {
      const { stdout, stderr } = inTmpfs('fill', '0', mode);
      const facts = String(stdout)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect([facts, stderr]).toMatchObject([
        [{ refusal: { code: 'DISK_FULL' }, verdict: 'holds' }, { verdict: 'holds' }],
        '',
      ]);
      for (const { nAcknowledged, nRows } of facts) expect(nRows).toBe(nAcknowledged);
      expect(facts[0]?.['nAcknowledged']).toBeLessThan(200);
    },
  );
});

describe('layout 2', () => {
  it('is carried over, after a copy, and holds messages then', async () => {
    await makeLedger(5);
    change(toLayout2);
    const ledger = await place.open();
    expect(ledger.verify()).toMatchObject({ kind: 'holds', nEntries: 5 });
    const bus = ledger.bus();
    const message = { from: 'person:anna', to: 'tree:env-setup', kind: 'note', subject: 'hello', body: {} } as const;
    const sent = { ...message, dedup: null, expiresAtMs: null, inReplyTo: null, run: null };
    expect(await bus.send(sent, ['tree:env-setup'])).toMatchObject({ kind: 'accepted', id: 1 });
    await ledger.close();
    const copy = new DatabaseSync(`${file}.v2.bak`, { readOnly: true });
    expect(copy.prepare('SELECT schema_version, head_seq FROM meta').get()).toEqual({ schema_version: 2, head_seq: 5 });
    copy.close();
    const again = await place.open();
    expect(again.bus().find(1)?.subject).toBe('hello');
    await again.close();
  });
});

describe('layout 1', () => {
  it('is carried over, after a copy', async () => {
    await makeLedger(25);
    const before = await place.open();
    const rows = before.read();
    const found = { all: before.latest('all'), by3: before.read({ key: 'by3:1' }), run: before.read({ run: 'r1' }) };
    await before.close();
    change(toLayout1);

    const ledger = await place.open();
    expect(ledger.read()).toEqual(rows);
    expect({ all: ledger.latest('all'), by3: ledger.read({ key: 'by3:1' }), run: ledger.read({ run: 'r1' }) }).toEqual(
      found,
    );
    expect(ledger.verify()).toMatchObject({ kind: 'holds', nEntries: 25 });
    expect((await ledger.acquire())?.epoch).toBe(2);
    await ledger.append([{ kind: 'counted', keys: ['all'], data: {} }]);
    expect(ledger.verify()).toMatchObject({ kind: 'holds', nEntries: 26 });
    await ledger.close();

    expect(statSync(`${file}.v1.bak`).mode & 0o777).toBe(0o600);
    const copy = new DatabaseSync(`${file}.v1.bak`, { readOnly: true });
    expect(copy.prepare('SELECT schema_version, head_seq FROM meta').get()).toEqual({
      schema_version: 1,
      head_seq: 25,
    });
    expect(copy.prepare('SELECT count(*) AS n FROM journal').get()).toEqual({ n: 25 });
    copy.close();
  });

  it('is not touched while a supervisor of that version may be writing it', async () => {
    await makeLedger(2);
    change(toLayout1);
    const holder = new DatabaseSync(join(place.dir, 'supervisor.lock'));
    holder.exec('BEGIN EXCLUSIVE');
    await expect(place.open()).rejects.toMatchObject({ code: 'SUPERVISOR_BUSY' });
    holder.close();
    await (await place.open()).close();
  });

  it('stays what it was when it cannot be carried over', async () => {
    await makeLedger(2);
    change(`${toLayout1}; UPDATE journal SET keys = 'not json' WHERE seq = 2`);
    await expect(place.open()).rejects.toMatchObject({ code: 'LEDGER_BROKEN', data: { seq: 2 } });
    const db = new DatabaseSync(file, { readOnly: true });
    expect(db.prepare('SELECT schema_version FROM meta').get()).toEqual({ schema_version: 1 });
    db.close();
  });
});

describe('the quick status', () => {
  it('is what the supervisor last said, and whether one is there', async () => {
    expect(readQuickStatus(place.dir)).toBeUndefined();
    const ledger = await place.open();
    expect(readQuickStatus(place.dir)).toBeUndefined();
    const held = await ledger.acquire();
    await ledger.append([{ kind: 'status.changed', keys: ['status:summary'], data: { runs: 1 } }]);
    const [newest] = await ledger.append([{ kind: 'status.changed', keys: ['status:summary'], data: { runs: 2 } }]);
    await ledger.append([{ kind: 'counted', data: {} }]);
    await ledger.request('run.start', {});
    const status = { seq: newest?.seq, atMs: newest?.atMs, summary: { runs: 2 }, nOpenRequests: 1 };
    expect(readQuickStatus(place.dir)).toEqual({ ...status, isSupervised: true });
    await held?.release();
    expect(readQuickStatus(place.dir)).toEqual({ ...status, isSupervised: false });
    await ledger.close();
    expect(readQuickStatus(place.dir)).toEqual({ ...status, isSupervised: false });
  });

  it('steps aside for what its lines are made of, until the supervisor has said it', async () => {
    const ledger = await place.open();
    await ledger.acquire();
    const tell = () => ledger.append([{ kind: 'status.changed', keys: ['status:summary'], data: {} }]);
    const moved = (machine: string) => ({ kind: 'machine.moved', data: { machine, to: 'elsewhere' } });
    const others = [
      ...['service.hung', 'service.unhung', 'service.judged', 'alert.counted', 'alert.told', 'health.measured'],
      ...['supervisor.stopped', 'schedule.missed'],
    ].map((kind) => ({ kind, data: {} }));
    await tell();
    await ledger.append([...others, moved('supervisor')]);
    expect(readQuickStatus(place.dir)).toBeDefined();
    for (const row of [
      ...['freeze.set', 'alert.raised', 'alert.acknowledged', 'alert.ended', 'followup.closed', 'restore.created'],
      ...['production.set', 'instance.ended', 'outside.found'],
    ].map((kind) => ({ kind, data: {} }))) {
      await ledger.append([row]);
      expect([row.kind, readQuickStatus(place.dir)]).toEqual([row.kind, undefined]);
      await tell();
      expect(readQuickStatus(place.dir)).toBeDefined();
    }
    for (const machine of ['change', 'instance']) {
      await ledger.append([moved(machine)]);
      expect([machine, readQuickStatus(place.dir)]).toEqual([machine, undefined]);
      await tell();
    }
    await ledger.append([{ kind: 'counted', run: 'r1', data: {} }]);
    expect(readQuickStatus(place.dir)).toBeUndefined();
    await ledger.close();
  });
});
