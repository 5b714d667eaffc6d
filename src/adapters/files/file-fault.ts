import { Fault } from '../../base/fault.ts';

/** Returns true when the error says that there is nothing at the path. */
export function isAbsent(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** Returns the code of a failed system call, `EACCES` and the like. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/**
 * Returns the fault for a failed system call: `DISK_FULL` or `FILE_ACCESS`. An error that is none
 * is returned as it is. `state` is a sentence about what the failure leaves behind.
 */
export function fileFault(error: unknown, doing: string, path: string, state?: string): unknown {
  if (error instanceof Fault) return error;
  const code = codeOf(error);
  if (code === undefined || (error as NodeJS.ErrnoException).syscall === undefined) return error;
  const details = { ...(state === undefined ? {} : { state }), data: { path, code }, cause: error };
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const what = code === 'ENOSPC' ? 'The disk is full' : 'The disk quota is used up';
    return new Fault('DISK_FULL', `${what}: cannot ${doing} ${path}`, details);
  }
  return new Fault('FILE_ACCESS', `Cannot ${doing} ${path} (${reasons[code] ?? code})`, details);
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'something else is there',
  ENOTEMPTY: 'the folder is not empty',
  ELOOP: 'a link where none may be, or a circle of links',
  EXDEV: 'the two places are on different file systems',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  EIO: 'the disk reported an error',
  ENAMETOOLONG: 'the name is too long',
  EBUSY: 'it is in use',
  ETXTBSY: 'the program is running',
};

/** Runs one step and turns its failure into a fault. */
export async function guarded<T>(doing: string, path: string, step: () => Promise<T>, state?: string): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw fileFault(error, doing, path, state);
  }
}

/** As `guarded`, but an absent path gives `undefined`. */
export async function guardedFind<T>(
  doing: string,
  path: string,
  step: () => Promise<T>,
  state?: string,
): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw fileFault(error, doing, path, state);
  }
}
