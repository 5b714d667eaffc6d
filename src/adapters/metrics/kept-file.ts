import type { DatabaseSync } from 'node:sqlite';

import type { Log } from '../../ports/index.ts';
import { isDamaged } from '../sqlite/database-faults.ts';
import { type FileLayout, openMetricsFile } from './layout.ts';
import { metricsFault } from './metrics-faults.ts';

/** A file of values that may be lost without harm. */
export interface KeptFile {
  /** Does a step with the opened file. Faults: `DISK_FULL`, `METRICS_UNAVAILABLE`. */
  use<T>(step: (db: DatabaseSync) => T): T;
  rows(sql: string, ...values: (string | number)[]): Record<string, unknown>[];
  close(): void;
}

/**
 * Returns the file, opened at its first use: most commands need none. `log` is told when it is begun anew. One that turns out damaged later is
 * opened again at the next use, and begun anew there.
 */
export function createKeptFile(options: {
  readonly file: string;
  /** What is in it, as the log says it: `measured values`. */
  readonly what: string;
  readonly layout: FileLayout;
  readonly log: Log;
}): KeptFile {
  const { file, what, layout, log } = options;
  let opened: DatabaseSync | undefined;
  const db = (): DatabaseSync => {
    if (opened !== undefined) return opened;
    const { db: made, begunAnew } = openMetricsFile(file, layout);
    if (begunAnew !== null)
      log.warn(`${what} are begun anew; the damaged file is kept`, { file: `${file}.damaged`, reason: begunAnew });
    opened = made;
    return made;
  };
  const close = (): void => {
    opened?.close();
    opened = undefined;
  };
  const use: KeptFile['use'] = (step) => {
    try {
      return step(db());
    } catch (error) {
      if (isDamaged(error)) close();
      throw metricsFault(error, file);
    }
  };
  return { use, rows: (sql, ...values) => use((at) => at.prepare(sql).all(...values)), close };
}

/** All of the step is written, or nothing. */
export function inTransaction<T>(db: DatabaseSync, step: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const done = step();
    db.exec('COMMIT');
    return done;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
