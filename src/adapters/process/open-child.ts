import type { ChildProcess } from 'node:child_process';

import { keepUpTo } from './collect-child.ts';
import { killGroup } from './kill-group.ts';
import type { OpenProgram } from './spawner.ts';

/** What is kept of stderr of a program that stays: enough for the last error. */
const maxErrorBytes = 64 * 1024;
/** How long a program may take to end after its stdin was closed. */
const closeGraceMs = 1000;

type End = { exitCode: number | null; signal: string | null; stderr: string };

/** Wraps a started program that stays. Data and the end are kept until a listener comes. */
export function openChild(child: ChildProcess): OpenProgram {
  const stderr = keepUpTo(child.stderr, maxErrorBytes);
  child.stdin?.on('error', () => {}); // The end of the program is told through onEnd.
  child.stdout?.on('error', () => {});
  const end = new Promise<End>((resolve) => {
    child.once('exit', () => {
      // Unread output must not keep the end from being told.
      if (child.stdout?.listenerCount('data') === 0) child.stdout.resume();
    });
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, stderr: stderr.bytes().toString('utf8') }));
  });

  return {
    write: (data) => void child.stdin?.write(data),
    onData: (listener) => void child.stdout?.on('data', listener),
    onEnd: (listener) => void end.then(listener),
    async close() {
      child.stdin?.end();
      const timer = setTimeout(() => {
        killGroup(child);
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, closeGraceMs);
      if (child.stdout?.listenerCount('data') === 0) child.stdout.resume();
      await end;
      clearTimeout(timer);
    },
  };
}
