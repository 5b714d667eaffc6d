import { simpleGit } from 'simple-git';

import { Fault } from '../../base/fault.ts';
import type { GitCall, GitDoor } from './git-door.ts';
import { gitFailure, gitTimeout, startFailure } from './git-failure.ts';

/**
 * Returns what git prints, as text for people, read through simple-git. The command line and environment are
 * the door's; simple-git's own guards are told that exactly these are meant. Every non-zero exit rejects.
 */
export async function readGitText(door: GitDoor, call: GitCall): Promise<string> {
  const { program, args, env, cwd, timeoutMs } = door.plan(call);
  let failure: Fault | undefined;
  const startedMs = performance.now();
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    return await simpleGit({
      baseDir: cwd,
      binary: program,
      abort: abort.signal,
      allowEnvironment: Object.keys(env),
      unsafe: expectedHere,
      errors: (error, result) => {
        if (result.exitCode === 0) return error;
        failure = gitFailure(call.verb, {
          exitCode: result.exitCode,
          signal: null,
          timedOut: false,
          truncated: false,
          durationMs: performance.now() - startedMs,
          stdout: Buffer.concat(result.stdOut),
          stderr: Buffer.concat(result.stdErr),
        });
        return failure;
      },
    })
      .env({ ...env })
      .raw([...args]);
  } catch (error) {
    if (abort.signal.aborted) throw gitTimeout(call.verb, performance.now() - startedMs);
    if (failure !== undefined) throw failure;
    if (error instanceof Error && /ENOENT|EACCES/.test(error.message)) {
      throw startFailure(Object.assign(new Error(error.message), { syscall: 'spawn', code: 'ENOENT' }), program);
    }
    throw new Fault(
      'GIT_FAILED',
      `git ${call.verb} failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}.`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** simple-git refuses these as risky when they come from outside; here they are the door's own pins, which switch the programs off. */
const expectedHere = {
  allowUnsafeCustomBinary: true,
  allowUnsafeAskPass: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeEditor: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeGpgProgram: true,
  allowUnsafeHooksPath: true,
  allowUnsafePager: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
} as const;
