import { parentPort, workerData } from 'node:worker_threads';

import { faultRecord } from '../../base/fault.ts';
import { retryBusy } from './busy.ts';
import { createLedgerWriter, type WriterOptions } from './ledger-writer.ts';
import type { FromWorker, ToWorker } from './worker-messages.ts';

/** The writing thread of a ledger: does jobs in the order they arrive, and says how each ended. */
async function serve(): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this file runs as a worker thread only');
  const say = (message: FromWorker): void => port.postMessage(message);
  const options = workerData as WriterOptions;
  try {
    const writer = await retryBusy(options.files.database, () => createLedgerWriter(options));
    port.on('message', (message: ToWorker) => {
      if (message.kind === 'close') {
        void writer.close().then(() => port.close());
        return;
      }
      for (const { id, job } of message.jobs) void writer.submit(job).then((outcome) => collect(id, outcome));
    });
    say({ kind: 'ready' });
  } catch (error) {
    say({ kind: 'failed', fault: faultRecord(error) });
    port.close();
  }

  // The outcomes of one commit go back as one message.
  let outcomes: Extract<FromWorker, { kind: 'done' }>['outcomes'] = [];
  function collect(id: number, outcome: (typeof outcomes)[number]['outcome']): void {
    if (outcomes.length === 0) queueMicrotask(send);
    outcomes.push({ id, outcome });
  }
  function send(): void {
    say({ kind: 'done', outcomes });
    outcomes = [];
  }
}

void serve();
