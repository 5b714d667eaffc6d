import { describe, expect, it } from 'vitest';

import type { BellRope } from '../../../../src/adapters/sqlite/bell-rope.ts';
import { GroupCommit } from '../../../../src/adapters/sqlite/group-commit.ts';
import type { JournalWriter } from '../../../../src/adapters/sqlite/journal-writer.ts';
import type { WriteJob } from '../../../../src/adapters/sqlite/write-jobs.ts';

/** `disk I/O error` of an fsync: https://www.sqlite.org/rescode.html#ioerr_fsync */
const ioError = (): Error => Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 1034 });
const fullError = (): Error =>
  Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 });
const job: WriteJob = { kind: 'request', name: 'run.start', atMs: 0, dataText: '{}' };

/** A writer whose first commit fails so. */
function writerThatFails(first: () => Error): { writer: GroupCommit; nCommits: () => number } {
  let n = 0;
  const journal = {
    transact: () => {
      n += 1;
      if (n === 1) throw first();
      return { outcomes: [{ kind: 'requested', id: n }] };
    },
  };
  const writer = new GroupCommit({
    journal: journal as unknown as JournalWriter,
    rope: { ring: () => {}, close: () => {} } as unknown as BellRope,
    file: '/state/ledger.db',
    closeDatabase: () => {},
  });
  return { writer, nCommits: () => n };
}

describe('the writer of the ledger', () => {
  it('writes nothing any more after the disk failed: another sync could call lost bytes safe', async () => {
    const { writer, nCommits } = writerThatFails(ioError);
    expect(await writer.submit(job)).toMatchObject({ kind: 'refused', fault: { code: 'LEDGER_UNAVAILABLE' } });
    expect(await writer.submit(job)).toMatchObject({ kind: 'refused', fault: { code: 'LEDGER_UNAVAILABLE' } });
    expect(nCommits()).toBe(1);
  });

  it('goes on after the disk was full: there may be room again', async () => {
    const { writer, nCommits } = writerThatFails(fullError);
    expect(await writer.submit(job)).toMatchObject({ kind: 'refused', fault: { code: 'DISK_FULL' } });
    expect(await writer.submit(job)).toMatchObject({ kind: 'requested' });
    expect(nCommits()).toBe(2);
  });
});
