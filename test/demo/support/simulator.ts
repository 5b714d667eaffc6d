import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { afterAll } from 'vitest';

const MAIN = join(import.meta.dirname, '../../../demo/comfyui/main.py');
const READY = 'To see the GUI go to:';
const START_LIMIT_MS = 15_000;

const running = new Set<ChildProcess>();

// Registered for every test file that imports this one: a failed test must not leave a server behind.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
});

// Answers are compared with what was recorded; a wrong shape fails the comparison.
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

export interface Simulator {
  readonly port: number;
  readonly base: string;
  readonly child: ChildProcess;
  log(): string;
  get(path: string): Promise<Response>;
  getJson(path: string): Promise<Json>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Sends a signal (SIGTERM by default) and returns the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface SimulatorOptions {
  readonly python: string;
  /** Folder that becomes `--base-directory`. */
  readonly base: string;
  readonly args?: readonly string[];
  readonly main?: string;
  readonly port?: number;
}

/** Starts the simulator and waits until it says it is ready; throws with its log when it ends before. */
export async function startSimulator({
  python,
  base,
  args = [],
  main = MAIN,
  port,
}: SimulatorOptions): Promise<Simulator> {
  mkdirSync(base, { recursive: true });
  const number = port ?? (await freePort());
  const argv = [main, '--port', String(number), '--base-directory', base, ...(args.includes('--gpu') ? [] : ['--cpu'])];
  const child = spawn(python, [...argv, ...args.filter((arg) => arg !== '--gpu')], {
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  child.stderr.on('data', (data) => (text += data));
  running.add(child);
  const ended = once(child, 'close').finally(() => running.delete(child));
  const deadline = performance.now() + START_LIMIT_MS;
  while (!text.includes(READY)) {
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL');
      await ended;
      throw new Error(`exit ${child.exitCode}\n${text}`);
    }
    await wait(10);
  }
  const url = `http://127.0.0.1:${number}`;
  return {
    port: number,
    base,
    child,
    log: () => text,
    get: (path) => fetch(url + path),
    getJson: async (path) => (await fetch(url + path)).json(),
    post: (path, body, headers = {}) =>
      fetch(url + path, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface Frame {
  readonly type: string;
  readonly data: Json;
}

export interface Watched {
  readonly status: number;
  readonly body: Json;
  readonly frames: readonly Frame[];
}

/** Connects, posts a graph and collects frames up to the end mark (none when the post is refused). */
export async function watchPrompt(simulator: Simulator, prompt: unknown, clientId = 'cap'): Promise<Watched> {
  const frames: Frame[] = [];
  const socket = new WebSocket(`ws://127.0.0.1:${simulator.port}/ws?clientId=${clientId}`);
  const ended = new Promise<void>((resolve, reject) => {
    socket.addEventListener('error', () => reject(new Error('socket failed')));
    socket.addEventListener('message', (event) => {
      const frame = JSON.parse(String(event.data)) as Frame;
      frames.push(frame);
      if (frame.type === 'executing' && frame.data.node === null) resolve();
    });
  });
  await once(socket, 'open');
  const response = await simulator.post('/prompt', { prompt, client_id: clientId });
  const body = await response.json();
  if (response.ok) await ended;
  socket.close();
  await once(socket, 'close');
  return { status: response.status, body, frames: response.ok ? frames : [] };
}
