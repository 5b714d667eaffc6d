import { Fault } from '../../base/fault.ts';

/** Primary result codes of SQLite: https://www.sqlite.org/rescode.html */
const sqlite = { busy: 5, locked: 6, ioError: 10, corrupt: 11, full: 13, notADatabase: 26 } as const;

const nothingWritten = 'Nothing of this call was written; what was acknowledged before is kept.';

/** Is the error SQLite saying that another connection has the lock. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === sqlite.busy || code === sqlite.locked;
}

/** Is the error SQLite saying that the file is not, or no longer, a sound database. */
export function isDamaged(error: unknown): boolean {
  const code = primaryCode(error);
  return code === sqlite.corrupt || code === sqlite.notADatabase;
}

/** Did the disk fail under SQLite. After such a failure nobody knows what of the file is on the disk. */
export function isIoError(error: unknown): boolean {
  const cause = error instanceof Fault ? error.cause : error;
  return primaryCode(error) === sqlite.ioError || primaryCode(cause) === sqlite.ioError;
}

/** Returns the fault that an error of SQLite stands for; anything else is returned as it is. */
export function databaseFault(error: unknown, file: string): unknown {
  const code = primaryCode(error);
  if (error instanceof Fault || code === undefined) return error;
  const why = error instanceof Error ? error.message : String(error);
  switch (code) {
    case sqlite.full:
      return new Fault('DISK_FULL', `There is no room left to write ${file}`, { state: nothingWritten, cause: error });
    case sqlite.corrupt:
    case sqlite.notADatabase:
      return new Fault('LEDGER_BROKEN', `The ledger ${file} is damaged (${why}).`, {
        state: 'Nothing was changed. The branch, its restore points and your files do not depend on this file.',
        hints: ['orchestrate journal verify', `cp ${file} ${file}.damaged`],
        data: { file },
        cause: error,
      });
    case sqlite.ioError:
      return new Fault('LEDGER_UNAVAILABLE', `Reading or writing ${file} failed (${why}).`, {
        state: 'What was acknowledged before is kept; rows of this call may or may not be in the journal.',
        data: { file },
        cause: error,
      });
    default:
      return new Fault('LEDGER_UNAVAILABLE', `The ledger ${file} cannot be used (${why}).`, {
        state: nothingWritten,
        data: { file },
        cause: error,
      });
  }
}

/** Returns the fault that an error of the file system stands for. */
export function fileFault(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof Fault || code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Fault('DISK_FULL', `There is no room left to write ${file}`, { state: nothingWritten, cause: error });
  }
  return new Fault('LEDGER_UNAVAILABLE', `${file} cannot be made or opened (${code}).`, {
    state: 'Nothing was changed.',
    data: { file },
    cause: error,
  });
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}
