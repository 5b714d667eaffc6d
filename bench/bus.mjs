// What a durable message costs, as a multiple of one bare write + fdatasync in the same run on the same disk: one sender that waits
// for each, 64 that send at once, the whole way of a message (send, take, ack), and from the send until another process has it.
// Usage: node bench/bus.mjs [--rounds=5] [--dir=<folder on the disk to measure>] [--json]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { createDigest } from '../src/adapters/clock/digest.ts';
import { createSystemClock } from '../src/adapters/clock/system-clock.ts';
import { openLedger } from '../src/adapters/sqlite/open-ledger.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    dir: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
    reader: { type: 'string' },
    after: { type: 'string', default: '0' },
  },
});
const limits = { mailbox: 1_000_000 };
const open = (dir) => openLedger({ dir, clock: createSystemClock(), digest: createDigest(), mode: 'inline', limits });
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** The other process: says of each message behind one how long after its sending it had it. */
if (options.reader !== undefined) {
  const ledger = await open(options.reader);
  process.stdout.write('ready\n');
  for await (const { body } of ledger
    .bus()
    .tail({ afterId: Number(options.after), signal: new AbortController().signal }))
    if (typeof body.sentMs === 'number') process.stdout.write(`${nowMs() - body.sentMs}\n`);
}

mkdirSync(options.dir, { recursive: true });
const dir = mkdtempSync(join(options.dir, 'bench-bus-'));
const box = 'tree:env-setup';
let nSent = 0;
/** About 300 bytes as it is stored. */
const message = (from = 'agent:sender') => ({
  from,
  to: box,
  kind: 'note',
  subject: `message ${(nSent += 1)}`,
  body: { n: nSent, note: 'x'.repeat(120) },
  dedup: null,
  expiresAtMs: null,
  inReplyTo: null,
  run: null,
});

const floorFile = openSync(join(dir, 'floor'), 'a');
const line = Buffer.from(`${JSON.stringify(message())}\n`);
const floor = (n) => {
  for (let i = 0; i < n; i += 1) {
    writeSync(floorFile, line);
    fdatasyncSync(floorFile);
  }
};

const ledger = await open(join(dir, 'state'));
const bus = ledger.bus();
const oneByOne = async (n) => {
  for (let i = 0; i < n; i += 1) await bus.send(message(), [box]);
};
const atOnce = async (n, nSenders) => {
  let left = n;
  const sendOn = async (_, index) => {
    while ((left -= 1) >= 0) await bus.send(message(`agent:s${index}`), [box]);
  };
  await Promise.all(Array.from({ length: nSenders }, sendOn));
};
let nWays = 0;
const wholeWay = async (n) => {
  const mailbox = `tree:way-${(nWays += 1)}`;
  for (let i = 0; i < n; i += 1) {
    const { id } = await bus.send(message(), [mailbox]);
    await bus.take(mailbox, { holder: 'bench', leaseMs: 60_000, limit: 1 });
    await bus.ack({ id, mailbox, holder: 'bench' });
  }
};

const cases = [
  { name: 'write + fdatasync', n: 300, run: async (n) => floor(n) },
  { name: 'one sender, one by one', n: 300, run: oneByOne },
  { name: '64 senders at once', n: 1_920, run: (n) => atOnce(n, 64) },
  { name: 'send, take, ack', n: 100, run: wholeWay },
];
const eachMs = new Map(cases.map(({ name }) => [name, []]));
try {
  for (let round = 0; round < Number(options.rounds); round += 1)
    for (const { name, n, run } of cases) {
      const startMs = performance.now();
      // The floor writes at once, the others give a promise.
      await Promise.resolve(run(n));
      eachMs.get(name).push((performance.now() - startMs) / n);
    }
  const floorMs = median(eachMs.get('write + fdatasync'));
  const rows = cases.map(({ name }) => {
    const ms = median(eachMs.get(name));
    return {
      name,
      microseconds: Math.round(ms * 1_000),
      timesTheFloor: round2(ms / floorMs),
      perSecond: Math.round(1_000 / ms),
    };
  });
  const delays = await toAnotherProcess(200);
  const latency = {
    p50: round2(median(delays)),
    p99: round2(quantile(delays, 0.99)),
    timesTheFloor: round2(median(delays) / floorMs),
  };
  if (options.json) console.log(JSON.stringify({ rows, toAnotherProcessMs: latency }));
  else {
    console.table(rows);
    console.log(
      `send to another process: p50 ${latency.p50} ms, p99 ${latency.p99} ms, p50 is ${latency.timesTheFloor} × the floor`,
    );
  }
} finally {
  await ledger.close();
  closeSync(floorFile);
  rmSync(dir, { recursive: true, force: true });
}

/**
 * Messages 5 to 15 ms apart; the time from before the send until the other process has each. It begins behind those of the other
 * cases: reading thousands of them first would be counted as the way of the first ones here.
 */
async function toAnotherProcess(n) {
  const after = bus.newest(1)[0]?.id ?? 0;
  const given = [fileURLToPath(import.meta.url), `--reader=${join(dir, 'state')}`, `--after=${after}`];
  const reader = spawn(process.execPath, given, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: reader.stdout });
  const delays = [];
  await once(lines, 'line');
  lines.on('line', (text) => delays.push(Number(text)));
  for (let i = 0; i < n; i += 1) {
    await pause(5 + (i % 11));
    await bus.send({ ...message(), body: { sentMs: nowMs() } }, [box]);
  }
  for (let waitedMs = 0; delays.length < n && waitedMs < 10_000; waitedMs += 50) await pause(50);
  reader.kill();
  await once(reader, 'exit');
  if (delays.length < n) throw new Error(`${n - delays.length} of ${n} messages did not come`);
  return delays;
}

function quantile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}
function median(values) {
  return quantile(values, 0.5);
}
function round2(value) {
  return Math.round(value * 100) / 100;
}
