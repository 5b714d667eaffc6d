// What `orchestrate serve` costs while nothing is to be done: CPU over 20 s and memory, with production of the demonstration up, against
// `node -e "setInterval(() => {}, 1e6)"` in the same run; and how long GET /healthz and /metrics take. Its spawn helper is counted in.
//
//   node scripts/launch.mjs exec node bench/daemon.mjs [--seconds 20] [--json]     (Linux only: it reads /proc)
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { request } from 'node:http';
import * as os from 'node:os';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { ensureBuilt } from '../scripts/build.mjs';
import { install, serve, takeAway } from './place/installation.mjs';

/** Of one core, while nothing is to be done. */
const MAX_CPU = 0.05;
/** The first looks read much once: they are no idleness. */
const WARM_UP_MS = 10_000;
/** Ticks of /proc a second. */
const HERTZ = 100;

const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '20' }, json: { type: 'boolean', default: false } },
});

async function measure(seconds) {
  await ensureBuilt();
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'orc-d-')));
  const place = await install(dir);
  const serving = await serve(dir, place);
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  try {
    const { socket } = serving;
    await wait(WARM_UP_MS);
    const before = [ticksOf(serving.pid), ticksOf(bare.pid)];
    const startedMs = performance.now();
    await wait(seconds * 1_000);
    const tookSeconds = (performance.now() - startedMs) / 1_000;
    const cpu = [serving.pid, bare.pid].map((pid, at) => (ticksOf(pid) - before[at]) / HERTZ / tookSeconds);
    const memory = [serving.pid, bare.pid].map(bytesOf);
    const healthzMs = await medianOf(socket, '/healthz');
    const metricsMs = await medianOf(socket, '/metrics');
    tell({
      seconds: tookSeconds,
      cpu: cpu[0],
      bareCpu: cpu[1],
      bytes: memory[0],
      bareBytes: memory[1],
      healthzMs,
      metricsMs,
    });
  } finally {
    bare.kill();
    await serving.end();
    takeAway(dir, place);
  }
}

/** Of the process and its children, without production, which is no child of this one. */
const ticksOf = (pid) => sum(familyOf(pid), (one) => one.ticks);
const bytesOf = (pid) => sum(familyOf(pid), (one) => one.bytes);
const sum = (all, of) => all.reduce((total, one) => total + of(one), 0);

function familyOf(pid) {
  const all = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(statOf);
  const family = new Set([pid]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const one of all) if (family.has(one.parent)) family.add(one.pid);
  }
  return all.filter((one) => family.has(one.pid));
}

function statOf(name) {
  try {
    const stat = fs.readFileSync(`/proc/${name}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const kib = /^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${name}/status`, 'utf8'))?.[1] ?? '0';
    const ticks = Number(fields[11]) + Number(fields[12]);
    return [{ pid: Number(name), parent: Number(fields[1]), ticks, bytes: Number(kib) * 1_024 }];
  } catch {
    return [];
  }
}

async function medianOf(socketPath, page) {
  const times = [];
  for (let n = 0; n < 50; n += 1) {
    const startedMs = performance.now();
    await new Promise((resolve, reject) => {
      const sent = request({ socketPath, path: page, agent: false }, (answer) => answer.resume().on('end', resolve));
      sent.on('error', reject);
      sent.end();
    });
    times.push(performance.now() - startedMs);
  }
  return times.toSorted((a, b) => a - b)[25];
}

function tell(result) {
  const { seconds, cpu, bareCpu, bytes, bareBytes, healthzMs, metricsMs } = result;
  const mib = (n) => `${(n / 1_048_576).toFixed(0)} MiB`;
  const percent = (n) => `${(n * 100).toFixed(2)} %`;
  if (options.json) console.log(JSON.stringify(result));
  else {
    console.log(`idle over ${seconds.toFixed(0)} s   CPU of one core   memory`);
    console.log(
      `serve            ${percent(cpu).padEnd(17)} ${mib(bytes)} (${(bytes / bareBytes).toFixed(2)} × node alone)`,
    );
    console.log(`node alone       ${percent(bareCpu).padEnd(17)} ${mib(bareBytes)}`);
    console.log(`GET /healthz ${healthzMs.toFixed(1)} ms, GET /metrics ${metricsMs.toFixed(1)} ms (median of 50)`);
  }
  if (cpu > MAX_CPU) {
    console.error(`serve takes more than ${percent(MAX_CPU)} of a core while nothing is to be done`);
    process.exitCode = 1;
  }
}

if (process.platform === 'linux') await measure(Number(options.seconds));
else console.log('Only on Linux: elsewhere there is no /proc to read.');
