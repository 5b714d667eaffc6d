// How long it takes until a program of a model runs behind its wall and is gone again, every process of it looked for: ours, the same with
// an egress proxy, bubblewrap alone, and a bare spawn, interleaved in one run. The probe of eight acts is once per process, and told beside.
//
//   node scripts/launch.mjs exec node bench/walls.mjs [--rounds 40] [--json]     (Linux with bubblewrap only)
//
// Asked is that ours takes at most 8 times what bubblewrap alone takes, at the median.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

import { createInProcessSpawner } from '../src/adapters/process/in-process-spawner.ts';
import { createWalls } from '../src/adapters/walls/walls.ts';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '40' }, json: { type: 'boolean', default: false } },
});
const GOAL = 8;

const spawner = createInProcessSpawner();
const walls = createWalls({ spawner, searchPath: ['/usr/bin', '/bin'] });
const probeStartMs = performance.now();
const { level, by } = await walls.probe();
const probeMs = performance.now() - probeStartMs;
const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'orc-w-')));

const limits = { memoryBytes: 2 ** 30, processes: 64, wallMs: 60_000, outputBytes: 2 ** 20, temporaryBytes: 2 ** 25 };
const spec = {
  ...{ program: '/bin/true', args: [], env: {}, cwd: dir, writable: [dir], readable: [], protected: [] },
  ...{ home: [], egress: [], loopback: [], sockets: [], limits, mark: 'bench/walls' },
};

async function inWall(egress) {
  const program = await walls.open({ ...spec, egress }, { signal: new AbortController().signal });
  program.endInput();
  const { exitCode } = await program.exited;
  if (exitCode !== 0) throw new Error(`it ended with ${exitCode}`);
}

async function start(command, args) {
  const [status] = await once(spawn(command, args, { stdio: 'ignore' }), 'exit');
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}

const alone = [
  '--unshare-all',
  '--unshare-user',
  '--ro-bind',
  '/',
  '/',
  '--proc',
  '/proc',
  '--dev',
  '/dev',
  '/bin/true',
];
const ways = {
  ours: () => inWall([]),
  'ours with a proxy': () => inWall(['api.example.com']),
  'bubblewrap alone': () => start('bwrap', alone),
  'bare spawn': () => start('/bin/true', []),
};

if (level === 'L2') {
  const times = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round += 1)
    for (const [name, way] of Object.entries(ways)) {
      const startedMs = performance.now();
      await way();
      times[name].push(performance.now() - startedMs);
    }
  tell(times);
} else console.log(`Not measured: ${by}`);
await spawner.close();
fs.rmSync(dir, { recursive: true, force: true });

function tell(times) {
  const at = (list, share) => list.toSorted((a, b) => a - b)[Math.floor((list.length - 1) * share)];
  const p50 = Object.fromEntries(Object.entries(times).map(([name, list]) => [name, at(list, 0.5)]));
  const toBare = (name) => p50[name] / p50['bare spawn'];
  const ratio = p50['ours'] / p50['bubblewrap alone'];
  if (options.json) console.log(JSON.stringify({ p50, ratio, toBare: toBare('ours'), probeMs }));
  else {
    console.log('start to end        p50        p99        × bare spawn');
    for (const [name, list] of Object.entries(times))
      console.log(
        `${name.padEnd(19)} ${`${at(list, 0.5).toFixed(1)} ms`.padEnd(10)} ${`${at(list, 0.99).toFixed(1)} ms`.padEnd(10)} ${toBare(name).toFixed(1)}`,
      );
    console.log(
      `ours to bubblewrap alone: ${ratio.toFixed(1)}; probe of eight acts, once: ${probeMs.toFixed(0)} ms (${by})`,
    );
  }
  if (ratio > GOAL) {
    console.error(`a wall takes more than ${GOAL} times what bubblewrap alone takes`);
    process.exitCode = 1;
  }
}
