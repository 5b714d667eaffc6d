import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';

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

/** Process id of the production that was proven last. */
export const productionPid = (world: FaultWorld): number =>
  world.rows('instance.proven').findLast((one) => one.run === null)?.data['pid'] as number;

/** Lets another process get a number that is free now: numbers are handed out in turn, and threads use them up quickly. */
export async function takePid(pid: number): Promise<ChildProcess> {
  const most = Number(fs.readFileSync('/proc/sys/kernel/pid_max', 'utf8'));
  if (most > 100_000) throw new Error(`numbers go up to ${most} here: none comes back in time`);
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

/** Ends the stranger that `takePid` made. */
export async function leavePid(child: ChildProcess, pid: number): Promise<void> {
  const gone = once(child, 'exit');
  signal(pid, 'SIGKILL');
  await gone;
}
