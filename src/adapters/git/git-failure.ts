import { Fault } from '../../base/fault.ts';
import type { RawResult } from '../process/spawner.ts';

const untouched = 'Branches and files are as they were.';

/** Returns the Fault for a git that ended with something that is not an answer. */
export function gitFailure(verb: string, result: RawResult): Fault {
  const stderr = result.stderr.toString('utf8').trim();
  const data = { verb, exitCode: result.exitCode, signal: result.signal, stderr: stderr.slice(0, 2000) };
  if (result.timedOut) return gitTimeout(verb, result.durationMs);
  if (isDiskFull(stderr)) return diskFull(`git ${verb}`, data);
  if (result.truncated)
    return new Fault('GIT_FAILED', `git ${verb} printed more than is accepted.`, { state: untouched, data });
  const why =
    firstLine(stderr) || (result.signal === null ? `exit status ${result.exitCode}` : `ended by ${result.signal}`);
  return new Fault('GIT_FAILED', `git ${verb} failed: ${why}.`, { state: untouched, data });
}

/** Returns the Fault for a git that did not answer in time and was stopped. */
export function gitTimeout(verb: string, durationMs: number): Fault {
  return new Fault(
    'GIT_TIMEOUT',
    `git ${verb} gave no answer for ${Math.round(durationMs / 1000)} s and was stopped.`,
    {
      state: 'Nothing that git had not finished is used.',
      data: { verb, durationMs },
    },
  );
}

/** Returns the Fault for a git that could not be started. */
export function startFailure(error: unknown, program: string): unknown {
  if (error instanceof Fault) return error;
  // Through the helper an error keeps its code and nothing else.
  const code =
    errnoOf(error) ??
    (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined);
  if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOEXEC') {
    return new Fault('GIT_MISSING', `git cannot be started from ${program}.`, {
      state: 'Nothing was changed.',
      cause: error,
    });
  }
  return new Fault('GIT_FAILED', `git cannot be started (${code ?? String(error)}).`, {
    state: 'Nothing was changed.',
    cause: error,
  });
}

/**
 * Runs `work` and turns a file error into a Fault (`DISK_FULL`, `FILE_ACCESS`): the edge of this adapter.
 * `doing` completes "while …"; `state` tells what state the person's work is in.
 */
export async function atTheEdge<T>(doing: string, state: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Fault ? undefined : errnoOf(error);
    if (code === undefined) throw error;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(doing, { code }, state, error);
    const file = (error as NodeJS.ErrnoException).path;
    throw new Fault('FILE_ACCESS', `A file could not be used while ${doing}: ${(error as Error).message}.`, {
      state,
      cause: error,
      data: { code, ...(file === undefined ? {} : { file: String(file) }) },
    });
  }
}

/** Returns the code of a system error such as `ENOENT`, or undefined when it is another error. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'syscall' in error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Tells whether the text of a failed git says that the disk is full. */
export function isDiskFull(stderr: string): boolean {
  return /No space left on device|Disk quota exceeded/i.test(stderr);
}

/** Returns the Fault for a full disk. */
export function diskFull(doing: string, data: Record<string, unknown>, state = untouched, cause?: unknown): Fault {
  return new Fault(
    'DISK_FULL',
    `The disk was full while ${doing.startsWith('git ') ? `${doing} was running` : doing}.`,
    { state, data, cause },
  );
}

function firstLine(text: string): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim().replace(/\.$/, '');
}
