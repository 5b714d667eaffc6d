import type { BusLimits } from '../../domain/bus/limits.ts';
import type { Clock, Digest } from '../../ports/system.ts';
import { retryBusy } from './busy.ts';
import { openReadConnection } from './connections.ts';
import { databaseFault } from './database-faults.ts';
import { ensureLedgerFiles, ledgerFiles } from './ledger-files.ts';
import { createLedgerWriter } from './ledger-writer.ts';
import { prepareDatabase } from './prepare-database.ts';
import { SqliteLedger } from './sqlite-ledger.ts';
import { startWorkerWriter } from './worker-writer.ts';

export interface LedgerOptions {
  /** The state folder of the installation, absolute. Made with mode 0700 when absent. */
  readonly dir: string;
  readonly clock: Clock;
  readonly digest: Digest;
  /** `inline` for short commands; `worker` for the supervisor, whose thread must not wait for the disk. */
  readonly mode: 'inline' | 'worker';
  /** The database grows no further than this, and appends beyond it are `DISK_FULL`. Absent: as the disk allows. */
  readonly maxSizeBytes?: number;
  /** Of its bus; left out: `defaultBusLimits`. */
  readonly limits?: Partial<BusLimits>;
  /** Names the start of the machine; left out: as the kernel does. */
  readonly bootName?: () => string;
}

/**
 * Opens the ledger of a state folder; makes it when absent, carries an older layout over.
 * Faults: those of `Ledger`, and `SUPERVISOR_BUSY` when an older supervisor must end first.
 */
export async function openLedger(options: LedgerOptions): Promise<SqliteLedger> {
  const files = ledgerFiles(options.dir);
  ensureLedgerFiles(files);
  await prepareDatabase(files);
  const { clock, digest, mode, maxSizeBytes, limits, bootName } = options;
  const writerOptions = { files, ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }) };
  const writer =
    mode === 'worker'
      ? await startWorkerWriter(writerOptions)
      : await retryBusy(files.database, () => createLedgerWriter(writerOptions));
  try {
    const db = await retryBusy(files.database, () => openReadConnection(files.database));
    const bus = { ...(limits === undefined ? {} : { limits }), ...(bootName === undefined ? {} : { bootName }) };
    return new SqliteLedger({ files, clock, digest, writer, db, ...bus });
  } catch (error) {
    await writer.close();
    throw databaseFault(error, files.database);
  }
}
