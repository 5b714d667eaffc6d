import { Fault } from '../../base/fault.ts';
import { databaseFault } from '../sqlite/database-faults.ts';

/** Returns the fault that an error of SQLite or of the file system on the measured values stands for; anything else as it is. */
export function metricsFault(error: unknown, file: string): unknown {
  const known = databaseFault(error, file);
  if (known instanceof Fault)
    return known === error ? error : known.code === 'DISK_FULL' ? full(error, file) : unavailable(error, file);
  const { code, syscall } = known as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return known;
  return code === 'ENOSPC' || code === 'EDQUOT' ? full(error, file) : unavailable(error, file);
}

const state = 'Nothing of this call was written; values that were measured before are kept.';

const full = (cause: unknown, file: string): Fault =>
  new Fault('DISK_FULL', `There is no room left to write ${file}`, { state, cause });

function unavailable(cause: unknown, file: string): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Fault('METRICS_UNAVAILABLE', `${file} cannot be used (${why}).`, { state, data: { file }, cause });
}
