import { Fault } from '../../base/fault.ts';
import { databaseFault } from '../sqlite/database-faults.ts';

/** Runs one step on a file or database of the memory; its failure becomes `DISK_FULL` or `MEMORY_UNAVAILABLE`. */
export function guardMemory<T>(path: string, state: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw memoryFault(error, path, state);
  }
}

/** Returns the fault that an error of SQLite or of the file system stands for; anything else as it is. */
export function memoryFault(error: unknown, path: string, state: string): unknown {
  const known = databaseFault(error, path);
  if (known instanceof Fault) return known === error ? error : translated(known, path, state);
  const { code, syscall } = known as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return known;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Fault('DISK_FULL', `There is no room left to write ${path}`, { state, cause: error });
  return new Fault('MEMORY_UNAVAILABLE', `${path} cannot be read or written (${code}).`, {
    state,
    data: { path, code },
    cause: error,
  });
}

function translated({ code, cause }: Fault, path: string, state: string): Fault {
  if (code === 'DISK_FULL') return new Fault(code, `There is no room left to write ${path}`, { state, cause });
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Fault('MEMORY_UNAVAILABLE', `${path} cannot be used (${why}).`, {
    state,
    hints: ['orchestrate doctor', `mv ${path} ${path}.damaged; the files of the memory folder are then taken up anew`],
    data: { path },
    cause,
  });
}
