import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { Fault, type FaultRecord } from '../../base/fault.ts';
import type { WriterOptions } from './ledger-writer.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';
import type { WriteJob, WriteOutcome, Writer } from './write-jobs.ts';

/** Beside the bundle when shipped, beside this file in the sources. */
const workerPlaces = ['./ledger.worker.cjs', './ledger.worker.ts'];

/**
 * Starts a thread that writes, so that a sync of the disk never stops the calling one. The thread keeps the
 * process alive only while a job is under way.
 * Faults: `LEDGER_UNAVAILABLE` and whatever opening the database meets.
 */
export async function startWorkerWriter(options: WriterOptions): Promise<Writer> {
  const url = workerPlaces
    .map((place) => new URL(place, import.meta.url))
    .find((place) => existsSync(fileURLToPath(place)));
  if (url === undefined) throw new Error(`the ledger's worker file is not beside ${import.meta.url}`);
  // Flags of the main thread, such as a test runner's loaders, are not for this one.
  const worker = new Worker(url, { workerData: options, execArgv: [] });
  await ready(worker);
  return new WorkerWriter(worker, options.files.database);
}

async function ready(worker: Worker): Promise<void> {
  const settled = new AbortController();
  const { signal } = settled;
  try {
    const ended = once(worker, 'exit', { signal }).then(([code]): never => {
      throw new Error(`the ledger's worker ended with ${String(code)} before it was ready`);
    });
    // `once` rejects with the error of the worker, should it throw.
    const [message] = (await Promise.race([once(worker, 'message', { signal }), ended])) as [FromWorker];
    if (message.kind === 'failed') throw Fault.fromRecord(message.fault);
  } finally {
    settled.abort();
  }
}

class WorkerWriter implements Writer {
  readonly #worker: Worker;
  readonly #file: string;
  readonly #pending = new Map<number, (outcome: WriteOutcome) => void>();
  readonly #idleWaiters: (() => void)[] = [];
  #outbox: { readonly id: number; readonly job: WriteJob }[] = [];
  #nJobs = 0;
  #end: FaultRecord | undefined;

  constructor(worker: Worker, file: string) {
    this.#worker = worker;
    this.#file = file;
    worker.unref();
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => this.#die(error));
    worker.on('exit', () => this.#die(undefined));
  }

  submit(job: WriteJob): Promise<WriteOutcome> {
    if (this.#end !== undefined) return Promise.resolve({ kind: 'refused', fault: this.#end });
    this.#nJobs += 1;
    const id = this.#nJobs;
    if (this.#pending.size === 0) this.#worker.ref();
    // Jobs of one turn travel together: a message costs more than a row.
    if (this.#outbox.length === 0) setImmediate(() => this.#send());
    this.#outbox.push({ id, job });
    return new Promise((resolve) => this.#pending.set(id, resolve));
  }

  idle(): Promise<void> {
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  async close(): Promise<void> {
    await this.idle();
    if (this.#end !== undefined) return;
    this.#worker.ref();
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#post({ kind: 'close' });
    await ended;
  }

  #send(): void {
    this.#post({ kind: 'jobs', jobs: this.#outbox });
    this.#outbox = [];
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if (message.kind !== 'done') return;
    for (const { id, outcome } of message.outcomes) this.#settle(id, outcome);
    if (this.#pending.size === 0) this.#rest();
  }

  #settle(id: number, outcome: WriteOutcome): void {
    this.#pending.get(id)?.(outcome);
    this.#pending.delete(id);
  }

  #rest(): void {
    this.#worker.unref();
    for (const resolve of this.#idleWaiters.splice(0)) resolve();
  }

  #die(cause: unknown): void {
    if (this.#end !== undefined) return;
    this.#end = new Fault('LEDGER_UNAVAILABLE', `The thread that writes ${this.#file} has ended.`, {
      state: 'What was acknowledged is kept; rows of the last call may or may not be in the journal.',
      cause,
    }).toRecord();
    for (const id of [...this.#pending.keys()]) this.#settle(id, { kind: 'refused', fault: this.#end });
    this.#rest();
  }
}
