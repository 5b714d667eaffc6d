import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

import { collectChild } from './collect-child.ts';
import { killGroup } from './kill-group.ts';
import { openChild } from './open-child.ts';
import { openLog } from './open-log.ts';
import type { DetachedSpec, OpenProgram, RawResult, RawSpec, Spawner } from './spawner.ts';

/** How long programs that were killed may take to be gone. */
const closeMs = 3_000;

/**
 * Starts programs from this very process, each in a session and process group of its own.
 * Programs that are still running when this process exits are killed with it; services
 * (`startDetached`) are not. An aborted run resolves with signal `SIGKILL`, as a timed-out one does.
 */
export function createInProcessSpawner(): Spawner {
  const running = new Set<ChildProcess>();
  const killAll = (): void => {
    for (const child of running) killGroup(child);
  };
  process.on('exit', killAll);

  const track = (child: ChildProcess): void => {
    running.add(child);
    child.once('exit', () => running.delete(child));
  };

  return {
    async run(spec: RawSpec, signal?: AbortSignal): Promise<RawResult> {
      if (signal?.aborted === true) return neverStarted;
      const child = spawn(spec.program, [...spec.args], {
        env: { ...spec.env },
        ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
        stdio: [spec.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        detached: true,
      });
      await started(child);
      track(child);
      return collectChild(child, spec, signal);
    },

    async open(spec): Promise<OpenProgram> {
      const child = spawn(spec.program, [...spec.args], {
        env: { ...spec.env },
        ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
      });
      await started(child);
      track(child);
      return openChild(child);
    },

    async startDetached(spec: DetachedSpec): Promise<number> {
      const log = await openLog(spec.logPath);
      try {
        const child = spawn(spec.program, [...spec.args], {
          env: { ...spec.env },
          cwd: spec.cwd,
          stdio: ['ignore', log.fd, log.fd],
          detached: true,
        });
        await started(child);
        child.unref();
        return child.pid ?? -1;
      } finally {
        await log.close();
      }
    },

    async close(): Promise<void> {
      process.off('exit', killAll);
      const ended = [...running].map((child) => new Promise<void>((resolve) => child.once('exit', () => resolve())));
      killAll();
      const over = new AbortController();
      // One that waits for a disk that went away does not end, not even by SIGKILL.
      await Promise.race([Promise.all(ended), pause(closeMs, undefined, { signal: over.signal }).catch(() => {})]);
      over.abort();
    },
  };
}

const neverStarted: RawResult = {
  exitCode: null,
  signal: 'SIGKILL',
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
  timedOut: false,
  truncated: false,
  durationMs: 0,
};

/** Resolves when the kernel runs the program; rejects with the `code` of the failure when it cannot. */
function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => {
      child.off('error', reject);
      // A later error (a kill that fails) must not end this process.
      child.on('error', () => {});
      resolve();
    });
  });
}
