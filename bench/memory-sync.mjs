// What it costs to see that nothing was edited among 100,000 memory entries: a sync of an unchanged folder against a bare walk over the
// same files in the same run, and how long it keeps the rest of the process waiting at most.
// Usage: node bench/memory-sync.mjs [--entries=100000] [--dir=<folder on the disk to measure>] [--json]
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { createDigest } from '../src/adapters/clock/digest.ts';
import { createSystemClock } from '../src/adapters/clock/system-clock.ts';
import { MemoryFolder } from '../src/adapters/memory/memory-folder.ts';
import { MemoryRecord } from '../src/adapters/memory/memory-record.ts';
import { createMemory } from '../src/adapters/memory/memory.ts';
import { draftVersion } from '../src/domain/memory/draft-version.ts';

const { values: options } = parseArgs({
  options: {
    entries: { type: 'string', default: '100000' },
    dir: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
});
const nEntries = Number(options.entries);
mkdirSync(options.dir, { recursive: true });
const base = mkdtempSync(join(options.dir, 'bench-memory-sync-'));
const [dir, stateDir] = [join(base, 'memory'), join(base, 'state')];
const by = { kind: 'program', name: 'bench' };
const digest = createDigest();
const keyOf = (n) => `swarm/env-setup/${String(Math.floor(n / 1_000)).padStart(3, '0')}/${n}.md`;
const text = 'what is known of it';

// Processor time, of each turn of the event loop and of all: other programs do not count.
const spentMs = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
};
const measured = async (work) => {
  let longestMs = 0;
  let turnBegan = process.cpuUsage();
  const turn = () => {
    longestMs = Math.max(longestMs, spentMs(turnBegan));
    turnBegan = process.cpuUsage();
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  const began = process.cpuUsage();
  await work();
  const totalMs = spentMs(began);
  clearImmediate(next);
  return { totalMs, longestMs: Math.max(longestMs, spentMs(turnBegan)) };
};
const walk = (folder) => {
  let n = 0;
  for (const name of readdirSync(folder)) {
    const stat = lstatSync(join(folder, name), { bigint: true });
    n += stat.isDirectory() ? walk(join(folder, name)) : 1;
  }
  return n;
};

try {
  for (let n = 0; n < nEntries; n += 1) {
    const file = join(dir, keyOf(n));
    if (n % 1_000 === 0) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  // Straight into the record: what is measured is a look that finds nothing.
  const record = MemoryRecord.open(join(stateDir, 'memory.db'), { make: true });
  const files = await new MemoryFolder(dir).look();
  record.transact(() => {
    const facts = { version: 1, atMs: 0, sizeBytes: text.length, sha256: digest.sha256(text), refutedBy: null };
    for (const { path, mark } of files)
      record.append({ ...draftVersion({ key: path, kind: 'state', text, by }, facts), text }, { mark });
  });
  record.close();
  const memory = createMemory({ dir, stateDir, clock: createSystemClock(), digest, editor: by });
  // The first one makes the index.
  await memory.sync();
  const rounds = [];
  for (let n = 0; n < 5; n += 1) {
    const bare = await measured(async () => {
      if (walk(dir) !== nEntries) throw new Error('the walk does not see every file');
    });
    const sync = await measured(async () => {
      const { noticed, problems } = await memory.sync();
      if (noticed.length + problems.length > 0) throw new Error('the sync sees what did not happen');
    });
    rounds.push({ bareMs: bare.totalMs, syncMs: sync.totalMs, longestMs: sync.longestMs });
  }
  await memory.close();
  const median = (name) => rounds.map((one) => one[name]).toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)];
  const [bareMs, syncMs, longestMs] = ['bareMs', 'syncMs', 'longestMs'].map(median);
  const report = { nEntries, bareMs, syncMs, ratio: syncMs / bareMs, longestMs };
  if (options.json) console.log(JSON.stringify(report));
  else {
    console.log(`${nEntries} unchanged entries; milliseconds of the processor; medians of ${rounds.length}`);
    console.log(`bare walk ${bareMs.toFixed(0)}, sync ${syncMs.toFixed(0)}, ratio ${report.ratio.toFixed(2)}`);
    console.log(`longest turn of the event loop: ${longestMs.toFixed(1)}`);
    const isMet = longestMs <= syncMs / 10;
    console.log(`goal: no turn longer than a tenth of the sync: ${isMet ? 'met' : 'missed'}`);
    process.exitCode = isMet ? 0 : 1;
  }
} finally {
  rmSync(base, { recursive: true, force: true });
}
