// An installation of the demonstration for benches that need real processes.
import { spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { makeDemoWorld } from '../../demo/make.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
/** The program of this clone. */
const PROGRAM = path.join(root, 'bin/orchestrate.cjs');

/** Makes one below `dir`, with production up and no supervisor. Returns where its commands run, and production's port. */
export async function install(dir) {
  fs.mkdirSync(path.join(dir, 'run'), { mode: 0o700 });
  const home = path.join(dir, 'home');
  const env = {
    PATH: process.env.PATH,
    HOME: dir,
    XDG_STATE_HOME: path.join(dir, 'state'),
    XDG_CACHE_HOME: path.join(dir, 'cache'),
    XDG_RUNTIME_DIR: path.join(dir, 'run'),
  };
  const demo = makeDemoWorld({ folder: path.join(dir, 'w') });
  const from = ['--comfyui', demo.comfyui.path, '--index', demo.index.folder, '--require', 'torch==2.10.0'];
  const port = await freePort();
  const more = ['--workflow', demo.smokeWorkflow, '--port', String(port), '--cpu', '--yes'];
  must(['init', home, ...from, ...more], { cwd: dir, env });
  const place = { cwd: home, env };
  must(['service', 'start'], place);
  must(['supervisor', 'stop'], place);
  return { ...place, port };
}

/** Runs a command that must succeed. Returns its standard output. */
export function must(args, { cwd, env }) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`orchestrate ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

/** Starts `serve` there and waits until it listens. Returns its process, its socket, and how it is ended. */
export async function serve(dir, { cwd, env }) {
  const log = fs.openSync(path.join(dir, 'serve.log'), 'w');
  const child = spawn(process.execPath, [PROGRAM, 'serve'], { cwd, env, stdio: ['ignore', log, log] });
  const end = async () => {
    const ended = new Promise((resolve) => void child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    fs.closeSync(log);
  };
  const folder = path.join(dir, 'run/orchestrate');
  for (const untilMs = performance.now() + 60_000; performance.now() < untilMs; await wait(100)) {
    const [name] = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
    if (name !== undefined) return { pid: child.pid, socket: path.join(folder, name), end };
  }
  await end();
  throw new Error('serve does not come up');
}

/** Stops production and whatever supervises, and removes the folder. */
export function takeAway(dir, { cwd, env }) {
  for (const args of [
    ['service', 'stop', '--now'],
    ['supervisor', 'stop'],
  ])
    spawnSync(process.execPath, [PROGRAM, ...args], { cwd, env, stdio: 'ignore' });
  fs.rmSync(dir, { recursive: true, force: true });
}

/** Below those that the kernel hands out by itself. */
async function freePort() {
  for (let port = 20_000 + (process.pid % 10_000); ; port += 1) if (await isFree(port)) return port;
}

const isFree = (port) =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)));
  });
