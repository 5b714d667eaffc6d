// What a durable row costs, as a multiple of one bare write + fdatasync in the same run on the same disk.
// Usage: node bench/ledger.mjs [--rounds=9] [--dir=<folder on the disk to measure>] [--json]
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { createDigest } from '../src/adapters/clock/digest.ts';
import { createSystemClock } from '../src/adapters/clock/system-clock.ts';
import { openLedger } from '../src/adapters/sqlite/open-ledger.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    dir: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
});
mkdirSync(options.dir, { recursive: true });
const dir = mkdtempSync(join(options.dir, 'bench-ledger-'));

/** A move of a task, about 300 bytes as it is stored. */
const makeTransition = (n) => ({
  kind: 'machine.moved',
  run: 'r12',
  keys: [`machine:r12.step-${n % 50}`],
  data: {
    machine: 'task',
    id: `r12.step-${n % 50}`,
    from: 'executing',
    to: 'capturing',
    event: { type: 'stepEnded', attempt: n, exitCode: 0 },
    dueAtMs: null,
    note: 'x'.repeat(120),
  },
});
const transitions = Array.from({ length: 500 }, (_, n) => makeTransition(n));
const transition = (n) => transitions[n % transitions.length];

const floorFile = openSync(join(dir, 'floor'), 'a');
const line = Buffer.from(`${JSON.stringify(transition(1))}\n`);
function floor(n) {
  for (let i = 0; i < n; i += 1) {
    writeSync(floorFile, line);
    fdatasyncSync(floorFile);
  }
}

let nRows = 0;
async function oneByOne(ledger, n) {
  for (let i = 0; i < n; i += 1) await ledger.append([transition((nRows += 1))]);
}
async function concurrently(ledger, n, nPublishers) {
  let left = n;
  const publish = async () => {
    while ((left -= 1) >= 0) await ledger.append([transition((nRows += 1))]);
  };
  await Promise.all(Array.from({ length: nPublishers }, publish));
}

/** Only the append itself is timed: a supervisor moves now and then, not without end. */
async function paced(ledger, n) {
  let totalMs = 0;
  for (let i = 0; i < n; i += 1) {
    await pause(3);
    const startMs = performance.now();
    await ledger.append([transition((nRows += 1))]);
    totalMs += performance.now() - startMs;
  }
  return totalMs;
}
async function pacedFloor(n) {
  let totalMs = 0;
  for (let i = 0; i < n; i += 1) {
    await pause(3);
    const startMs = performance.now();
    floor(1);
    totalMs += performance.now() - startMs;
  }
  return totalMs;
}

async function withDelay(work) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await work();
  delay.disable();
  return delay.percentile(99) / 1e6;
}

const open = async (mode) => {
  const ledger = await openLedger({ dir: join(dir, mode), clock: createSystemClock(), digest: createDigest(), mode });
  await ledger.acquire();
  return ledger;
};
const inline = await open('inline');
const worker = await open('worker');
const loopDelayMs = { inline: [], worker: [] };

const cases = [
  { name: 'write + fdatasync', n: 400, run: (n) => floor(n) },
  { name: 'one transition, inline', goal: ['G3a', 'atMost', 1.1], n: 400, run: (n) => oneByOne(inline, n) },
  { name: 'one transition, worker', n: 400, run: (n) => oneByOne(worker, n) },
  { name: 'write + fdatasync, every 3 ms', n: 50, run: (n) => pacedFloor(n) },
  {
    name: 'one transition every 3 ms, inline',
    n: 50,
    over: 'write + fdatasync, every 3 ms',
    run: (n) => paced(inline, n),
  },
  {
    name: 'one publisher, inline (rate)',
    goal: ['G4a', 'atLeast', 0.9],
    isRate: true,
    n: 400,
    run: (n) => oneByOne(inline, n),
  },
  {
    name: '64 concurrent, inline (rate)',
    goal: ['G4b', 'atLeast', 12],
    isRate: true,
    n: 12_800,
    run: async (n) => {
      loopDelayMs.inline.push(await withDelay(() => concurrently(inline, n, 64)));
    },
  },
  {
    name: '64 concurrent, worker (rate)',
    goal: ['G4b', 'atLeast', 12],
    isRate: true,
    n: 12_800,
    run: async (n) => {
      loopDelayMs.worker.push(await withDelay(() => concurrently(worker, n, 64)));
    },
  },
  {
    name: 'latest(key)',
    n: 2_000,
    run: (n) => {
      for (let i = 0; i < n; i += 1) inline.latest(`machine:r12.step-${i % 50}`);
    },
  },
];

const times = new Map(cases.map(({ name }) => [name, []]));
for (let round = -1; round < Number(options.rounds); round += 1) {
  for (const { name, n, run } of cases) {
    const startMs = performance.now();
    const ownMs = await run(n);
    const eachMs = (ownMs ?? performance.now() - startMs) / n;
    if (round >= 0) times.get(name).push(eachMs);
  }
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const report = cases.map(({ name, goal, isRate, over = 'write + fdatasync' }) => {
  const eachMs = median(times.get(name));
  const ratio = isRate ? median(times.get(over)) / eachMs : eachMs / median(times.get(over));
  const isMet = goal === undefined ? undefined : goal[1] === 'atMost' ? ratio <= goal[2] : ratio >= goal[2];
  return {
    name,
    eachMs: Number(eachMs.toFixed(4)),
    ratio: Number(ratio.toFixed(2)),
    ...(goal === undefined ? {} : { goal: goal.join(' '), isMet }),
  };
});
const delays = {
  inline: Number(median(loopDelayMs.inline).toFixed(1)),
  worker: Number(median(loopDelayMs.worker).toFixed(1)),
};
const verdict = inline.verify();

if (options.json) {
  console.log(
    JSON.stringify({
      bench: 'ledger',
      rounds: Number(options.rounds),
      report,
      loopDelayP99Ms: delays,
      chain: verdict.kind,
    }),
  );
} else {
  console.log(
    `ledger: medians of ${options.rounds} interleaved rounds; a ratio is to write + fdatasync of the same run`,
  );
  for (const { name, eachMs, ratio, goal, isMet } of report) {
    const said = goal === undefined ? '' : `  ${goal}: ${isMet ? 'met' : 'MISSED'}`;
    console.log(`${name.padEnd(36)} ${eachMs.toFixed(4).padStart(9)} ms  x${ratio.toFixed(2).padStart(6)}${said}`);
  }
  console.log(
    `event loop delay p99 with 64 publishers: inline ${delays.inline} ms, worker ${delays.worker} ms; chain of ${verdict.nEntries} rows ${verdict.kind}`,
  );
}
await inline.close();
await worker.close();
closeSync(floorFile);
rmSync(dir, { recursive: true, force: true });
