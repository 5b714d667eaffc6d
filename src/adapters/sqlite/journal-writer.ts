import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { Fault } from '../../base/fault.ts';
import { draftEntry, linkText, type ChainHead, type Draft, type Sha256 } from '../../domain/journal/chain.ts';
import { BusWriter } from './bus/bus-writer.ts';
import { isIoError } from './database-faults.ts';
import { KeyHeads, namesOf } from './key-heads.ts';
import type { AppendJob, NextEpochJob, RequestJob, WriteJob, WriteOutcome } from './write-jobs.ts';

/** So much of the WAL is laid out beforehand; SQLite starts it over at about this size. */
const preGrownBytes = 4_000_000;

/** The row that says: a head that was noted outside the database is not in the journal any more. */
const headMissingKind = 'ledger.headMissing';

/** Writes to the journal, the requests and the messages over one connection, one transaction at a time. */
export class JournalWriter {
  readonly #db: DatabaseSync;
  readonly #sha256: Sha256;
  readonly #heads: KeyHeads;
  readonly #bus: BusWriter;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #loadMeta: StatementSync;
  readonly #saveMeta: StatementSync;
  readonly #insertEntry: StatementSync;
  readonly #insertRequest: StatementSync;
  readonly #findRequest: StatementSync;
  readonly #answerRequest: StatementSync;
  readonly #hashAt: StatementSync;
  #meta = { epoch: 0, seq: 0, hash: '' };

  constructor(db: DatabaseSync, sha256: Sha256) {
    this.#db = db;
    this.#sha256 = sha256;
    this.#heads = new KeyHeads(db);
    this.#bus = new BusWriter(db);
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#loadMeta = db.prepare('SELECT epoch, head_seq, head_hash FROM meta');
    this.#saveMeta = db.prepare('UPDATE meta SET epoch = ?, head_seq = ?, head_hash = ?');
    this.#hashAt = db.prepare('SELECT hash FROM journal WHERE seq = ?');
    this.#insertEntry = db.prepare('INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#insertRequest = db.prepare('INSERT INTO requests (kind, at_ms, data) VALUES (?, ?, ?)');
    this.#findRequest = db.prepare('SELECT 1 FROM requests WHERE id = ?');
    this.#answerRequest = db.prepare('UPDATE requests SET answer = ? WHERE id = ? AND answer IS NULL');
  }

  /**
   * Does the jobs, in order, in one transaction. When it returns they are durable; when it throws, nothing
   * of any of them was written. A refused job writes nothing and does not disturb the others.
   * Returns the new head, too, when the journal grew.
   */
  transact(jobs: readonly WriteJob[]): { readonly outcomes: readonly WriteOutcome[]; readonly head?: ChainHead } {
    this.#begin.run();
    try {
      const row = this.#loadMeta.get() as { epoch: number; head_seq: number; head_hash: string };
      const before = { epoch: row.epoch, seq: row.head_seq, hash: row.head_hash };
      if (before.hash !== this.#meta.hash) this.#heads.forget();
      this.#meta = { ...before };
      const outcomes = jobs.map((job) => this.#do(job));
      const { epoch, seq, hash } = this.#meta;
      if (seq !== before.seq || epoch !== before.epoch) this.#saveMeta.run(epoch, seq, hash);
      this.#heads.save();
      this.#commit.run();
      return seq === before.seq ? { outcomes } : { outcomes, head: { seq, hash } };
    } catch (error) {
      this.#heads.forget();
      // A full disk or a damaged page may have ended the transaction already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * Lays the WAL out beforehand, because a commit into a file that must not grow syncs less. The pages of a
   * transaction that outgrows its cache are spilled there; rolled back, they leave only the room. Throws when the disk fails.
   */
  preGrowWal(): void {
    try {
      this.#db.exec('PRAGMA cache_size = 8; BEGIN IMMEDIATE; CREATE TABLE room (bytes BLOB)');
      this.#db.exec(`INSERT INTO room VALUES (zeroblob(${preGrownBytes}))`);
    } catch (error) {
      // Only speed is lost: a disk too full for this says so at the first commit that needs the room.
      if (isIoError(error)) throw error;
    } finally {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#db.exec('PRAGMA cache_size = -2000');
    }
  }

  #do(job: WriteJob): WriteOutcome {
    switch (job.kind) {
      case 'append':
        return this.#append(job);
      case 'request':
        return this.#request(job);
      case 'nextEpoch':
        return this.#nextEpoch(job);
      default:
        return orRefused(() => this.#bus.do(job, this.#meta.epoch));
    }
  }

  #append(job: AppendJob): WriteOutcome {
    if (job.epoch !== this.#meta.epoch) return refuseEpoch(job.epoch, this.#meta.epoch);
    for (const { id } of job.answers) {
      if (this.#findRequest.get(id) === undefined) return refuseAnswer(id);
    }
    return orRefused(() => {
      // Before the rows: it may still be refused, and then nothing of the call is written.
      const mailRows = job.mail === undefined ? [] : this.#bus.deliver(job.mail);
      const { seq, hash: prev } = this.#meta;
      const hashes = [...job.rows, ...mailRows].map((row) => this.#link(row, job));
      for (const { id, answerText } of job.answers) this.#answerRequest.run(answerText, id);
      return { kind: 'appended', firstSeq: seq + 1, prev, hashes, mailRows };
    });
  }

  #request(job: RequestJob): WriteOutcome {
    const { lastInsertRowid } = this.#insertRequest.run(job.name, job.atMs, job.dataText);
    return { kind: 'requested', id: Number(lastInsertRowid) };
  }

  #nextEpoch(job: NextEpochJob): WriteOutcome {
    this.#meta.epoch += 1;
    const { epoch, seq, hash } = this.#meta;
    const { witness, atMs } = job;
    // A loss that happened outside SQLite must not be papered over by the rows that follow.
    if (witness !== undefined && this.#hashAt.get(witness.seq)?.['hash'] !== witness.hash) {
      const data = { noted: { seq: witness.seq, hash: witness.hash }, found: { seq, hash } };
      this.#link(draftEntry({ kind: headMissingKind, keys: [headMissingKind], data }), { epoch, atMs });
    }
    return { kind: 'epoch', epoch };
  }

  #link(draft: Draft, { epoch, atMs }: { readonly epoch: number; readonly atMs: number }): string {
    const prev = this.#meta.hash;
    const seq = this.#meta.seq + 1;
    const hash = this.#sha256(linkText(draft, { seq, atMs, epoch, prev }));
    const links = JSON.stringify(this.#heads.move(namesOf(draft), seq));
    const { kind, run, keysText, dataText } = draft;
    this.#insertEntry.run(seq, atMs, epoch, kind, run, keysText, dataText, prev, hash, links);
    this.#meta.seq = seq;
    this.#meta.hash = hash;
    return hash;
  }
}

/** A fault of the work is its answer; the jobs beside it go on. */
function orRefused(work: () => WriteOutcome): WriteOutcome {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { kind: 'refused', fault: error.toRecord() };
  }
}

function refuseEpoch(epoch: number, newest: number): WriteOutcome {
  const message =
    newest > epoch
      ? `A newer supervisor (epoch ${newest}) has taken over from this one (epoch ${epoch}).`
      : `The ledger was replaced by an older one: its epoch is ${newest}, this supervisor's ${epoch}.`;
  const fault = new Fault('EPOCH_OLD', message, {
    state: 'Nothing of this call was written.',
    hints: ['orchestrate status'],
    data: { epoch, newest },
  });
  return { kind: 'refused', fault: fault.toRecord() };
}

function refuseAnswer(id: number): WriteOutcome {
  return { kind: 'refused', fault: new Fault('INTERNAL_BUG', `There is no request ${id} to answer.`).toRecord() };
}
