import { Fault, faultRecord, type FaultRecord } from '../../base/fault.ts';
import type { BellRope } from './bell-rope.ts';
import { retryBusy } from './busy.ts';
import { databaseFault, isIoError } from './database-faults.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { WriteJob, WriteOutcome, Writer } from './write-jobs.ts';

/** A commit of this many jobs is a few milliseconds; more would only make the first of them wait. */
const maxJobsPerCommit = 1_024;
/** More waiting jobs than a supervisor can have in hand mean that the disk has stopped. */
const maxWaitingJobs = 65_536;

interface WaitingJob {
  readonly job: WriteJob;
  readonly resolve: (outcome: WriteOutcome) => void;
}

/**
 * Collects the jobs that arrive together and commits them together: one sync of the disk for all of them. After the disk
 * failed once nothing is written any more: the kernel may have given up bytes that a second sync would call safe.
 */
export class GroupCommit implements Writer {
  readonly #journal: JournalWriter;
  readonly #rope: BellRope;
  readonly #file: string;
  readonly #closeDatabase: () => void;
  #waiting: WaitingJob[] = [];
  #flushing: Promise<void> | undefined;
  /** Why nothing is written any more. */
  #end: FaultRecord | undefined;

  constructor(options: {
    readonly journal: JournalWriter;
    readonly rope: BellRope;
    readonly file: string;
    readonly closeDatabase: () => void;
  }) {
    this.#journal = options.journal;
    this.#rope = options.rope;
    this.#file = options.file;
    this.#closeDatabase = options.closeDatabase;
  }

  submit(job: WriteJob): Promise<WriteOutcome> {
    if (this.#waiting.length >= maxWaitingJobs) {
      const fault = new Fault('LEDGER_UNAVAILABLE', `${maxWaitingJobs} writes are waiting for ${this.#file}`);
      return Promise.resolve({ kind: 'refused', fault: fault.toRecord() });
    }
    return new Promise((resolve) => {
      this.#waiting.push({ job, resolve });
      this.#flushing ??= this.#flush();
    });
  }

  async idle(): Promise<void> {
    await this.#flushing;
  }

  async close(): Promise<void> {
    await this.idle();
    this.#rope.close();
    this.#closeDatabase();
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Whatever is ready to run now may still add its jobs.
      await new Promise((resolve) => setImmediate(resolve));
      const group = this.#waiting.splice(0, maxJobsPerCommit);
      const outcomes = await this.#commit(group.map(({ job }) => job));
      group.forEach(({ resolve }, index) => resolve(outcomes[index] as WriteOutcome));
    }
    this.#flushing = undefined;
  }

  async #commit(jobs: readonly WriteJob[]): Promise<readonly WriteOutcome[]> {
    const end = this.#end;
    if (end !== undefined) return jobs.map(() => ({ kind: 'refused', fault: end }));
    try {
      const { outcomes, head } = await retryBusy(this.#file, () => this.#journal.transact(jobs));
      this.#rope.ring(head);
      if (jobs.some((job) => job.kind === 'nextEpoch')) this.#preGrow();
      return outcomes;
    } catch (error) {
      if (isIoError(error)) this.#end = faultRecord(error);
      return jobs.map(() => ({ kind: 'refused', fault: faultRecord(error) }));
    }
  }

  /** What was committed is safe; a disk that fails now is told to the next who writes. */
  #preGrow(): void {
    try {
      this.#journal.preGrowWal();
    } catch (error) {
      this.#end = faultRecord(databaseFault(error, this.#file));
    }
  }
}
