import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer } from 'node:net';

import { createDigest } from '../../src/adapters/clock/digest.ts';
import { createSystemClock } from '../../src/adapters/clock/system-clock.ts';
import { openLedger } from '../../src/adapters/sqlite/open-ledger.ts';
import { signal, until } from './fault-processes.ts';
import type { FaultWorld } from './fault-world.ts';

type Json = Record<string, unknown>;

/** A graph of which each node takes a part of a second, so that it can be met in the middle. */
export function slowGraph(nNodes: number, prefix: string): Json {
  const graph: Record<string, Json> = {
    '1': { class_type: 'EmptyImage', inputs: { width: 96, height: 96, batch_size: 1, color: 255 } },
  };
  for (let n = 2; n < nNodes + 2; n += 1) {
    graph[String(n)] = {
      class_type: 'ImageScale',
      inputs: {
        image: [String(n - 1), 0],
        upscale_method: 'bicubic',
        width: 96 + (n % 2),
        height: 96,
        crop: 'disabled',
      },
    };
  }
  graph['99'] = {
    class_type: 'ImagePadForOutpaint',
    inputs: { image: [String(nNodes + 1), 0], left: 8, top: 0, right: 0, bottom: 0, feathering: 0 },
  };
  graph['100'] = { class_type: 'SaveImage', inputs: { filename_prefix: prefix, images: ['99', 0] } };
  return graph;
}

/** Posts a prompt to a server as its user would, with a key of a paid service. */
export async function post(
  port: number,
  promptId: string,
  prompt: Json,
  secret = 'sk-of-a-paid-service',
): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/prompt`, {
    method: 'POST',
    body: JSON.stringify({ prompt, prompt_id: promptId, extra_data: { api_key_comfy_org: secret } }),
  });
  return answer.status;
}

/** Ids of the prompts that run and that wait, in order. */
export async function queueOf(port: number): Promise<{ running: string[]; pending: string[] }> {
  const queue = (await (await fetch(`http://127.0.0.1:${port}/queue`)).json()) as Record<string, [number, string][]>;
  const ids = (name: string): string[] => (queue[name] ?? []).map((one) => one[1]);
  return { running: ids('queue_running'), pending: ids('queue_pending') };
}

/** Waits until the server works on the prompt. */
export const untilRunning = (port: number, promptId: string): Promise<true> =>
  until(
    `${promptId} to run`,
    async () => (await queueOf(port).catch(() => undefined))?.running.includes(promptId) || undefined,
    60_000,
  );

/** How a prompt ended: `success`, `error`, or undefined when the server knows nothing of it. */
export async function endingOf(port: number, promptId: string): Promise<unknown> {
  const found = (await (await fetch(`http://127.0.0.1:${port}/history/${promptId}`)).json()) as Record<
    string,
    { status: Json }
  >;
  return found[promptId]?.status['status_str'];
}

/** Whether nobody listens on the port. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });

/** Process id of the production that was proven last. */
export const productionPid = (world: FaultWorld): number =>
  world.rows('instance.proven').findLast((one) => one.run === null)?.data['pid'] as number;

/** A process of somebody else that the record takes for production, by its number. */
export interface Stranger {
  readonly pid: number;
  /** Ends it. */
  leave(): Promise<void>;
}

/** Numbers come back quickly only where there are few. */
const mostNumbers = 100_000;

/**
 * Lets a stranger have the recorded number of production, which is dead. Where the kernel has too many numbers for one to
 * come back in time, the record gets the stranger's: the row that would be there had production had that number.
 */
export async function standIn(world: FaultWorld, production: number): Promise<Stranger> {
  const most = Number(fs.readFileSync('/proc/sys/kernel/pid_max', 'utf8'));
  if (most <= mostNumbers) {
    const child = await takePid(production, most);
    return { pid: production, leave: () => end(child, production) };
  }
  const child = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
  const pid = child.pid ?? -1;
  await writeNumber(world, pid);
  return { pid, leave: () => end(child, pid) };
}

/** Repeats the newest proof of production on record with another number. Nobody may supervise meanwhile. */
async function writeNumber(world: FaultWorld, pid: number): Promise<void> {
  const proven = world.rows('instance.proven').findLast((one) => one.run === null);
  if (!proven) throw new Error('no production was proven');
  const ledger = await openLedger({
    dir: world.state,
    clock: createSystemClock(),
    digest: createDigest(),
    mode: 'inline',
  });
  const held = await ledger.acquire();
  const { kind, keys, data } = proven;
  await ledger.append([{ kind, keys, data: { ...data, pid } }]);
  await held?.release();
  await ledger.close();
}

/** Lets another process get a number that is free now: numbers are handed out in turn, and threads use them up quickly. */
async function takePid(pid: number, most: number): Promise<ChildProcess> {
  const script = `
import os, sys, threading, time
target = int(sys.argv[1])
def ahead(now): return (target - now) % ${most}
now = threading.get_native_id()
while True:
    while ahead(now) > 60:
        one = threading.Thread(target=lambda: globals().__setitem__('now', threading.get_native_id()))
        one.start(); one.join()
    pid = os.fork()
    if pid == 0:
        if os.getpid() == target:
            os.setsid()
            print('taken', flush=True)
            time.sleep(600)
        os._exit(0)
    if pid == target: break
    os.waitpid(pid, 0)
    now = pid
os.waitpid(target, 0)
`;
  const child = spawn('python3', ['-c', script, String(pid)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  signal(pid, 'SIGKILL');
  await gone;
}
