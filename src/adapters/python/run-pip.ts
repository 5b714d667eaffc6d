import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { Scratch } from './child-environment.ts';
import type { IndexSource } from './index-source.ts';
import type { Parts } from './parts.ts';
import { pipDir } from './tools.ts';

/** What pip said: its exit status, its console, and the debug log that names every address that failed. */
export interface PipOutcome {
  readonly isOk: boolean;
  readonly output: string;
  readonly debugLog: string;
}

export interface PipCall {
  /** The interpreter that pip works for. */
  readonly python: string;
  readonly toolsDir: string;
  readonly pipVersion: string;
  readonly command: 'install' | 'download';
  readonly args: readonly string[];
  readonly source: IndexSource;
  readonly scratch: Scratch;
  readonly mark: string;
  readonly timeoutMs: number;
}

/** The end of pip's debug log that is kept: it holds the reasons. */
const maxLogChars = 2_000_000;

/** Runs pip, wheels only, from exactly one source, and without any configuration of the machine or the person. */
export async function runPip(parts: Parts, call: PipCall): Promise<PipOutcome> {
  const logPath = join(call.scratch.dir, 'pip.log');
  const result = await parts.processes.run({
    program: call.python,
    args: [
      ...['-I', '-B', join(pipDir(call.toolsDir, call.pipVersion), 'pip'), call.command],
      ...['--isolated', '--no-input', '--disable-pip-version-check', '--no-cache-dir', '--no-color'],
      ...['--progress-bar', 'off', '--only-binary', ':all:', '--log', logPath],
      ...call.source.args,
      ...call.args,
    ],
    // A folder without programs: pip asks `lsb_release` and `rustc`, where it finds them, to tell the index about this machine.
    env: { ...call.scratch.env, ...call.source.env, PATH: call.scratch.dir },
    cwd: call.scratch.dir,
    timeoutMs: call.timeoutMs,
    mark: call.mark,
  });
  if (result.timedOut) {
    const minutes = Math.round(call.timeoutMs / 60_000);
    throw new Fault('PROCESS_TIMEOUT', `pip ${call.command} did not finish in ${minutes} minutes and was stopped.`);
  }
  if (result.signal !== null) {
    throw new Fault('PROCESS_FAILED', `pip ${call.command} was ended by ${result.signal} before it was done.`, {
      state: 'What it had begun is not used.',
      data: { signal: result.signal },
    });
  }
  const debugLog = (await parts.files.readText(logPath)) ?? '';
  return {
    isOk: result.exitCode === 0,
    output: `${result.stdout}\n${result.stderr}`.trim(),
    debugLog: debugLog.slice(-maxLogChars),
  };
}
