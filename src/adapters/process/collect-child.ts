import type { ChildProcess } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';

import { killGroup } from './kill-group.ts';
import type { RawResult, RawSpec } from './spawner.ts';

/** Output kept of each of stdout and stderr when the caller names no limit. */
const defaultMaxOutputBytes = 8 * 1024 * 1024;
/** After the program ended: how long something it left behind may hold the pipes before its group is killed. */
const drainMs = 500;

/** Waits for a started program to end and returns what it said. Each of the two streams has the limit of its own. */
export async function collectChild(
  child: ChildProcess,
  spec: Pick<RawSpec, 'stdin' | 'timeoutMs' | 'maxOutputBytes'>,
  signal: AbortSignal | undefined,
): Promise<RawResult> {
  const startedAt = performance.now();
  const limit = spec.maxOutputBytes ?? defaultMaxOutputBytes;
  const stdout = keepUpTo(child.stdout, limit);
  const stderr = keepUpTo(child.stderr, limit);
  child.stdin?.on('error', () => {}); // The program may end without reading.
  if (spec.stdin !== undefined) child.stdin?.end(spec.stdin);

  let timedOut = false;
  const timer = setTimeout(
    () => {
      timedOut = true;
      killGroup(child);
    },
    Math.min(spec.timeoutMs, maxTimerMs),
  );
  const onAbort = (): void => killGroup(child);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();

  const end = await ended(child);
  clearTimeout(timer);
  signal?.removeEventListener('abort', onAbort);
  return {
    ...end,
    stdout: stdout.bytes(),
    stderr: stderr.bytes(),
    timedOut,
    truncated: stdout.isTruncated() || stderr.isTruncated(),
    durationMs: performance.now() - startedAt,
  };
}

/** The longest time that `setTimeout` takes: past it, it fires at once. */
const maxTimerMs = 2 ** 31 - 1;

function ended(child: ChildProcess): Promise<{ exitCode: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    let drain: NodeJS.Timeout | undefined;
    child.once('exit', () => {
      drain = setTimeout(() => {
        killGroup(child);
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, drainMs);
    });
    child.once('close', (exitCode, signal) => {
      clearTimeout(drain);
      resolve({ exitCode, signal });
    });
  });
}

/** Keeps the first bytes of a stream and reads the rest away, so that the program never blocks. */
export function keepUpTo(stream: Readable | null, maxBytes: number): { bytes(): Buffer; isTruncated(): boolean } {
  const chunks: Buffer[] = [];
  let kept = 0;
  let truncated = false;
  stream?.on('data', (chunk: Buffer) => {
    const room = maxBytes - kept;
    if (chunk.length > room) truncated = true;
    if (room <= 0) return;
    const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
    chunks.push(part);
    kept += part.length;
  });
  stream?.on('error', () => {});
  return { bytes: () => Buffer.concat(chunks, kept), isTruncated: () => truncated };
}
