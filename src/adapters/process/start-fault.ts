import { existsSync } from 'node:fs';

import { Fault } from '../../base/fault.ts';

/** Returns the fault for a program that could not be started; the error itself when the cause is something else. */
export function startFault(spec: { program: string; cwd?: string }, error: unknown): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (code === 'HELPER_LOST') {
    return new Fault('PROCESS_FAILED', `${spec.program} was lost: the process that starts programs was killed.`, {
      state: 'It may still run; what it was asked for is not used.',
      data: { program: spec.program, code },
      cause: error,
    });
  }
  const reason = code === undefined ? undefined : reasonOf(spec, code);
  if (reason === undefined) return error;
  return new Fault('PROCESS_FAILED', `The program ${spec.program} could not be started: ${reason}.`, {
    data: { program: spec.program, code },
    cause: error,
  });
}

function reasonOf(spec: { program: string; cwd?: string }, code: string): string | undefined {
  switch (code) {
    case 'ENOENT':
      // The kernel gives one answer for an absent program and an absent folder.
      if (spec.cwd !== undefined && !existsSync(spec.cwd)) return `its folder ${spec.cwd} does not exist`;
      return 'it, or the interpreter that it names, does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'it is not executable for this user';
    case 'ENOEXEC':
      return 'it is not a program of this machine';
    case 'E2BIG':
      return 'its arguments are too long';
    case 'ENOTDIR':
      return 'a part of its path, or of its folder, is not a folder';
    case 'EMFILE':
    case 'ENFILE':
    case 'EAGAIN':
    case 'ENOMEM':
      return `the machine has no room for another process (${code})`;
    default:
      return undefined;
  }
}
