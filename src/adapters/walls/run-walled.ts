import type { ChildProcess } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { type Readable, Transform, type Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

import { Fault } from '../../base/fault.ts';
import type { ProcessIdentity } from '../../ports/processes.ts';
import type { WalledProgram, WallExit, WallSpec } from '../../ports/walls.ts';
import { loadRow } from '../process/linux-process-table.ts';
import type { LimitGroup } from './limit-groups.ts';
import { memoryOf } from './members.ts';

/** How often memory and processes are looked at where no group of the kernel caps them, and the disk. */
const lookMs = 500;
/** What a program may leave of the disk that it writes to. */
const leastFreeBytes = 512 * 1024 * 1024;
/** How long the kernel may take to end what was killed. */
const goneMs = 5_000;
const pollMs = 20;
/** What a program gets to end by itself when a limit ends it. */
const limitGraceMs = 1_000;
/** The longest time that a timer takes. */
const maxTimerMs = 2 ** 31 - 1;

/** A program that was started, walled or not, with its pipes. */
interface Running {
  readonly child: ChildProcess;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** What the script inside says after the program has ended. */
  readonly told: AsyncIterableIterator<string>;
}

interface RunOptions {
  readonly spec: WallSpec;
  readonly group: LimitGroup;
  readonly signal: AbortSignal;
  readonly identity: ProcessIdentity;
  /** Every living process of it. */
  readonly members: () => Promise<readonly number[]>;
  readonly onKept: (line: string) => Promise<void>;
  readonly clean: () => Promise<void>;
}

/** Holds a started program to its limits, and ends all of it. */
export function runWalled(running: Running, options: RunOptions): WalledProgram {
  const { child, stdin } = running;
  const { spec, identity, signal } = options;
  let limit: WallExit['limit'] = null;
  let wasKilled = false;
  let wasStopped = false;
  let isOver = false;
  const ended = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null)
      resolve({ exitCode: child.exitCode, signal: child.signalCode });
    else child.once('exit', (exitCode, by) => resolve({ exitCode, signal: by }));
  });

  const kill = async (): Promise<void> => {
    wasKilled = true;
    await killAll(child, options);
  };
  const stop = async (graceMs: number): Promise<void> => {
    if (isOver) return;
    wasStopped = true;
    for (const pid of await options.members()) if (pid !== identity.pid) signalOne(pid, 'SIGTERM');
    const over = new AbortController();
    const inTime = await Promise.race([ended.then(() => true), pause(graceMs, false, { signal: over.signal })]);
    over.abort();
    if (!inTime) await kill();
    await exited;
  };
  const end = (by: NonNullable<WallExit['limit']>): void => {
    if (limit !== null) return;
    limit = by;
    // What comes of it is told by `exited`; that it does not end at all is told there as well.
    void stop(limitGraceMs).catch(() => {});
  };

  const count = { bytes: 0 };
  const counted = (from: Readable): Transform => {
    const to = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        count.bytes += chunk.length;
        if (count.bytes <= spec.limits.outputBytes) return done(null, chunk);
        // What still comes is read away: it may end by itself, and must not be held up.
        end('output');
        done();
      },
    });
    from.on('error', () => to.end());
    return from.pipe(to);
  };
  const [stdout, stderr] = [counted(running.stdout), counted(running.stderr)];

  const timer = setTimeout(() => end('time'), Math.min(spec.limits.wallMs, maxTimerMs));
  const onAbort = (): void => void kill().catch(() => {});
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const over = new AbortController();
  const watched = watch(options, { end, signal: over.signal });

  const finish = async (): Promise<WallExit> => {
    const how = await ended;
    clearTimeout(timer);
    over.abort();
    signal.removeEventListener('abort', onAbort);
    await watched;
    await takeKept(running, options);
    // A process that the first one left cannot outlive the namespace; without a wall it can.
    await killAll(child, options);
    if (limit === null && options.group.ranOut()) limit = 'memory';
    isOver = true;
    await options.clean();
    if (wasKilled) return { exitCode: null, signal: 'SIGKILL', limit };
    // bubblewrap tells a death by a signal as a shell does.
    return wasStopped && how.exitCode === 128 + 15 ? { exitCode: null, signal: 'SIGTERM', limit } : { ...how, limit };
  };
  const exited = finish();
  exited.catch(() => {}); // Whoever stops it is told, too.

  return {
    identity,
    stdout,
    stderr,
    exited,
    write: (data) =>
      new Promise((resolve, reject) => {
        stdin.write(data, (error) => (error === null || error === undefined ? resolve() : reject(inputClosed(error))));
      }),
    endInput: () => void stdin.end(),
    stop: ({ graceMs }) => stop(graceMs),
  };
}

async function takeKept({ told }: Running, { onKept }: RunOptions): Promise<void> {
  for (;;) {
    const next = await told.next();
    if (next.done === true) return;
    await onKept(next.value);
  }
}

/** SIGKILL until nothing is left: what lives on after that is told, not left. Faults: `PROCESS_TIMEOUT`. */
async function killAll(child: ChildProcess, { identity, members }: RunOptions): Promise<void> {
  for (const until = performance.now() + goneMs; performance.now() < until; await pause(pollMs)) {
    const row = await loadRow(identity.pid);
    if (row?.startTime === identity.startTime) signalOne(identity.pid, 'SIGKILL');
    const left = await members();
    if (left.length === 0) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      return;
    }
    for (const pid of left) signalOne(pid, 'SIGKILL');
  }
  throw new Fault(
    'PROCESS_TIMEOUT',
    `What runs in the wall of process ${identity.pid} does not end, not even by SIGKILL.`,
    {
      data: { pid: identity.pid },
    },
  );
}

/** Looks at what no group of the kernel caps, and at the disk. */
async function watch(
  { spec, group, members }: RunOptions,
  { end, signal }: { end: (by: NonNullable<WallExit['limit']>) => void; signal: AbortSignal },
): Promise<void> {
  const { memoryBytes, processes } = spec.limits;
  for (;;) {
    try {
      await pause(lookMs, undefined, { signal });
    } catch {
      return;
    }
    if (!group.capsMemory || !group.capsProcesses) {
      const pids = await members();
      if (pids.length > processes) end('processes');
      if (!group.capsMemory && (await memoryOf(pids)) > memoryBytes) end('memory');
    }
    for (const path of spec.writable) {
      const disk = await statfs(path).catch(() => undefined);
      if (disk !== undefined && disk.bavail * disk.bsize < leastFreeBytes) end('disk');
    }
  }
}

function signalOne(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

const inputClosed = (cause: unknown): Fault =>
  new Fault('PROCESS_FAILED', 'The program takes no more input: it has ended, or closed it.', { cause });
