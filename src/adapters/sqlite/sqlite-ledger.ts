import type { DatabaseSync } from 'node:sqlite';

import { Fault } from '../../base/fault.ts';
import { canonicalJson, type JsonObject } from '../../base/json.ts';
import type { Moment } from '../../domain/bus/lifetime.ts';
import { type BusLimits, defaultBusLimits } from '../../domain/bus/limits.ts';
import type { Mail } from '../../domain/bus/mail.ts';
import { draftEntry, type Draft } from '../../domain/journal/chain.ts';
import type { Bus } from '../../ports/bus.ts';
import type { ChainCheck, Entry, Ledger, LedgerRequest, NewEntry, ReadOptions } from '../../ports/ledger.ts';
import type { Clock, Digest } from '../../ports/system.ts';
import { findWitness } from './bell-rope.ts';
import { Bell } from './bell.ts';
import type { BusOutcomeOf, BusWork, CheckedMail } from './bus/bus-jobs.ts';
import { BusReader } from './bus/bus-reader.ts';
import { checkSend, SqliteBus } from './bus/sqlite-bus.ts';
import { databaseFault } from './database-faults.ts';
import { JournalReader } from './journal-reader.ts';
import { setLockAside } from './ledger-files.ts';
import type { LedgerFiles } from './ledger-files.ts';
import { SupervisorLock } from './supervisor-lock.ts';
import { verifyLedger } from './verify-ledger.ts';
import type { WriteJob, WriteOutcome, Writer } from './write-jobs.ts';

/** How many rows `follow` takes in at once. */
const followBatch = 1_000;

/** A ledger over node:sqlite. Create it with `openLedger`. */
export class SqliteLedger implements Ledger {
  readonly #files: LedgerFiles;
  readonly #clock: Clock;
  readonly #digest: Digest;
  readonly #writer: Writer;
  readonly #db: DatabaseSync;
  readonly #reader: JournalReader;
  readonly #lock: SupervisorLock;
  readonly #bell: Bell;
  readonly #limits: BusLimits;
  readonly #bootName: () => string;
  #epoch: number | undefined;
  /** The version when `waitForBell` last resolved: what came after it, its caller may not have read. */
  #heardVersion: number;
  #closing: Promise<void> | undefined;

  constructor(parts: {
    readonly files: LedgerFiles;
    readonly clock: Clock;
    readonly digest: Digest;
    readonly writer: Writer;
    readonly db: DatabaseSync;
    readonly limits?: Partial<BusLimits>;
    /** Names the start of the machine; left out: as the kernel does. */
    readonly bootName?: () => string;
  }) {
    this.#files = parts.files;
    this.#clock = parts.clock;
    this.#digest = parts.digest;
    this.#writer = parts.writer;
    this.#db = parts.db;
    const { mailbox, attempts } = { ...defaultBusLimits, ...parts.limits };
    this.#limits = { mailbox, attempts };
    this.#bootName = parts.bootName ?? (() => parts.clock.bootName());
    this.#reader = new JournalReader(parts.db);
    this.#lock = new SupervisorLock(parts.files.lock);
    this.#bell = new Bell(parts.files.bell, () => this.#reader.version());
    this.#heardVersion = this.#reader.version();
  }

  async acquire(): Promise<{ readonly epoch: number; release(): Promise<void> } | undefined> {
    this.#requireOpen();
    if (!(await this.#lock.tryAcquire())) return undefined;
    try {
      const witness = findWitness(this.#files.bell);
      const { epoch } = await this.#do({ kind: 'nextEpoch', atMs: this.#clock.nowMs(), witness }, 'epoch');
      this.#epoch = epoch;
      return { epoch, release: () => this.#release(epoch) };
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  async overtake(epoch: number): Promise<boolean> {
    this.#requireOpen();
    if (this.read({ descending: true, limit: 1 })[0]?.epoch !== epoch) return false;
    setLockAside(this.#files, epoch);
    return true;
  }

  async isHeld(): Promise<boolean> {
    this.#requireOpen();
    return this.#lock.isHeld();
  }

  async append(
    rows: readonly NewEntry[],
    answers: readonly { readonly id: number; readonly answer: JsonObject }[] = [],
    mail?: Mail,
  ): Promise<readonly Entry[]> {
    this.#requireOpen();
    const epoch = this.#requireEpoch();
    const atMs = this.#clock.nowMs();
    const drafts = rows.map(draftEntry);
    const answerTexts = answers.map(({ id, answer }) => ({ id, answerText: canonicalJson(answer) }));
    const checked = mail === undefined ? {} : { mail: this.#checkMail(mail) };
    const job = { kind: 'append', epoch, atMs, rows: drafts, answers: answerTexts, ...checked } as const;
    const done = await this.#do(job, 'appended');
    return [...drafts, ...done.mailRows].map((draft, index) => writtenEntry(draft, { epoch, atMs, index, done }));
  }

  /** Returns the bus over the same file: its commits are the ledger's, and wake the same waiters. */
  bus(): Bus {
    return new SqliteBus({
      reader: new BusReader(this.#db),
      limits: this.#limits,
      now: () => this.#now(),
      epoch: () => this.#epoch,
      submit: (work) => this.#doBus(work),
      read: (work) => this.#read(work),
      version: () => this.#read(() => this.#reader.version()),
      isClosed: () => this.#closing !== undefined,
      wait: (since, signal) => this.#bell.wait({ since, signal }),
    });
  }

  read(options: ReadOptions = {}): readonly Entry[] {
    return this.#read(() => this.#reader.read(options));
  }

  latest(key: string): Entry | undefined {
    return this.#read(() => this.#reader.latest(key));
  }

  head(): { readonly seq: number; readonly hash: string } {
    return this.#read(() => this.#reader.head());
  }

  async *follow({ afterSeq, signal }: { afterSeq: number; signal: AbortSignal }): AsyncIterable<Entry> {
    let lastSeq = afterSeq;
    while (!signal.aborted && this.#closing === undefined) {
      // Taken before the read: a commit in between ends the wait below at once.
      const since = this.#read(() => this.#reader.version());
      const rows = this.read({ afterSeq: lastSeq, limit: followBatch });
      for (const row of rows) {
        if (signal.aborted) return;
        yield row;
        lastSeq = row.seq;
      }
      if (rows.length === 0) await this.#bell.wait({ since, signal });
    }
  }

  verify(): ChainCheck {
    this.#requireOpen();
    // Read before the rows: a head noted later may well be past them.
    const witness = findWitness(this.#files.bell);
    try {
      return verifyLedger({ db: this.#db, sha256: this.#digest.sha256, witness });
    } catch (error) {
      throw databaseFault(error, this.#files.database);
    }
  }

  async request(kind: string, data: JsonObject): Promise<number> {
    this.#requireOpen();
    const draft = draftEntry({ kind, data });
    const job = { kind: 'request', name: kind, atMs: this.#clock.nowMs(), dataText: draft.dataText } as const;
    return (await this.#do(job, 'requested')).id;
  }

  findRequest(id: number): LedgerRequest | undefined {
    return this.#read(() => this.#reader.findRequest(id));
  }

  openRequests(): readonly LedgerRequest[] {
    return this.#read(() => this.#reader.openRequests());
  }

  /**
   * Also resolves at once for what was committed since it last resolved, so that a loop which reads and then
   * waits misses nothing, whatever it does in between. One such loop for each ledger object; others `follow`.
   */
  async waitForBell(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    this.#requireOpen();
    await this.#bell.wait({ since: this.#heardVersion, timeoutMs, signal });
    if (this.#closing === undefined) this.#heardVersion = this.#read(() => this.#reader.version());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#bell.close();
    await this.#writer.idle();
    this.#epoch = undefined;
    this.#lock.release();
    // The reading connection may not tidy the WAL away, so it is not the last one.
    this.#db.close();
    await this.#writer.close();
  }

  async #release(epoch: number): Promise<void> {
    if (this.#epoch !== epoch) return;
    this.#epoch = undefined;
    await this.#writer.idle();
    this.#lock.release();
  }

  async #do<Kind extends WriteOutcome['kind']>(
    job: WriteJob,
    kind: Kind,
  ): Promise<Extract<WriteOutcome, { kind: Kind }>> {
    const outcome = await this.#writer.submit(job);
    if (outcome.kind === 'refused') throw Fault.fromRecord(outcome.fault);
    if (outcome.kind !== kind) throw new Error(`a ${job.kind} job ended as ${outcome.kind}`);
    this.#bell.look();
    return outcome as Extract<WriteOutcome, { kind: Kind }>;
  }

  async #doBus<Work extends BusWork>(work: Work): Promise<BusOutcomeOf<Work['kind']>> {
    this.#requireOpen();
    const outcome = await this.#writer.submit({ ...work, now: this.#now(), limits: this.#limits });
    if (outcome.kind === 'refused') throw Fault.fromRecord(outcome.fault);
    this.#bell.look();
    return outcome as BusOutcomeOf<Work['kind']>;
  }

  #checkMail({ sends = [], ...rest }: Mail): CheckedMail {
    return { ...rest, sends: sends.map(checkSend), now: this.#now(), limits: this.#limits };
  }

  #now(): Moment {
    return { boot: this.#bootName(), monotonicMs: this.#clock.monotonicMs(), wallMs: this.#clock.nowMs() };
  }

  #read<T>(work: () => T): T {
    this.#requireOpen();
    try {
      return work();
    } catch (error) {
      throw databaseFault(error, this.#files.database);
    }
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw new Error('the ledger is closed');
  }

  #requireEpoch(): number {
    if (this.#epoch !== undefined) return this.#epoch;
    throw new Fault(
      'EPOCH_OLD',
      'This process is not the supervisor of the installation, so it may not write the journal.',
      {
        state: 'Nothing of this call was written.',
        hints: ['orchestrate status'],
      },
    );
  }
}

function writtenEntry(
  draft: Draft,
  link: {
    readonly epoch: number;
    readonly atMs: number;
    readonly index: number;
    readonly done: { readonly firstSeq: number; readonly prev: string; readonly hashes: readonly string[] };
  },
): Entry {
  const { epoch, atMs, index, done } = link;
  const { kind, run, keys } = draft;
  const prev = index === 0 ? done.prev : (done.hashes[index - 1] ?? '');
  const data = JSON.parse(draft.dataText) as JsonObject;
  return { seq: done.firstSeq + index, atMs, epoch, kind, run, keys, data, prev, hash: done.hashes[index] ?? '' };
}
