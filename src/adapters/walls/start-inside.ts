import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import { Fault } from '../../base/fault.ts';

/** What is started: bubblewrap, with what it reads by number. */
export interface InsideStart {
  readonly bwrap: string;
  /** Handed over by a pipe: nothing of it is in the list of processes. */
  readonly args: readonly string[];
  readonly command: readonly string[];
  readonly seccomp: Buffer | undefined;
  /** Contents of files, from number `firstFileFd` on. */
  readonly files: readonly (string | Uint8Array)[];
  /** Groups of the kernel that it enters first. */
  readonly groups: readonly string[];
}

export interface Inside {
  readonly child: ChildProcess;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Pid of the first process of the sandbox, as this machine counts. */
  readonly firstPid: Promise<number>;
  /** Lines of the script inside. */
  readonly told: AsyncIterableIterator<string>;
  go(): void;
}

export const fds = { args: 3, status: 4, told: 5, go: 6, seccomp: 7, firstFile: 8 } as const;

const enter = `n=$1; shift
while [ "$n" -gt 0 ]; do echo "$$" > "$1/cgroup.procs" || exit 126; n=$((n - 1)); shift; done
exec "$@"`;

/**
 * Starts bubblewrap with our pipes. It and all inside die with this process (`--die-with-parent`). Faults: `WALL_MISSING` when it
 * cannot be started.
 */
export async function startInside(start: InsideStart): Promise<Inside> {
  const { bwrap, args, command, seccomp, files, groups } = start;
  const words = [bwrap, '--args', String(fds.args), '--', ...command];
  const [program = bwrap, ...rest] =
    groups.length === 0 ? words : ['/bin/sh', '-c', enter, 'sh', String(groups.length), ...groups, ...words];
  const child = spawn(program, rest, {
    env: {},
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', ...files.map(() => 'pipe' as const)],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(cannotStart(bwrap, error)));
  });
  child.on('error', () => {}); // A kill that comes too late.
  const pipes: readonly unknown[] = child.stdio;
  const give = (fd: number, data: string | Uint8Array): void => {
    const pipe = pipes[fd] as Writable;
    pipe.on('error', () => {}); // It ended without reading; its status says so.
    pipe.end(data);
  };
  give(fds.args, `${args.join('\0')}\0`);
  give(fds.seccomp, seccomp ?? '');
  files.forEach((data, index) => give(fds.firstFile + index, data));
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error('a program without its pipes');
  stdin.on('error', () => {});
  const go = pipes[fds.go] as Writable;
  go.on('error', () => {});
  const told = createInterface({ input: pipes[fds.told] as Readable, crlfDelay: Infinity });
  return {
    child,
    stdin,
    stdout,
    stderr,
    firstPid: firstPid(pipes[fds.status] as Readable),
    told: told[Symbol.asyncIterator]() as AsyncIterableIterator<string>,
    go: () => void go.end('go\n'),
  };
}

/** `{ "child-pid": 4711, … }` is the first that bubblewrap says; 0 where it ends before. */
function firstPid(status: Readable): Promise<number> {
  let text = '';
  return new Promise((resolve) => {
    status.on('data', (chunk: Buffer) => {
      text += String(chunk);
      const found = /"child-pid": *(\d+)/.exec(text)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    status.on('error', () => resolve(0));
    status.on('close', () => resolve(0));
  });
}

const cannotStart = (bwrap: string, cause: unknown): Fault =>
  new Fault('WALL_MISSING', `The wall cannot be put up: ${bwrap} does not start.`, {
    state: 'The program was not started.',
    cause,
  });
