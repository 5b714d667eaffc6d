// Opens, reads and writes measured values on a small disk that was filled, and says as JSON what came of it:
// node metrics-on-full-disk.ts <folder on a disk of its own>.
import * as fs from 'node:fs';
import { join } from 'node:path';

import { createMetrics } from '../../../src/adapters/metrics/metrics.ts';
import type { Metrics } from '../../../src/ports/index.ts';

const [disk = ''] = process.argv.slice(2);
const file = join(disk, 'metrics.db');
const ballast = join(disk, 'ballast');
let warnings = 0;
const open = (): Metrics =>
  createMetrics({ file, log: { info: () => {}, error: () => {}, warn: () => void (warnings += 1) } });
const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code ?? String(error);
const point = (atMs: number) => ({ series: 's', atMs, value: atMs });

function fill(): void {
  const fd = fs.openSync(ballast, 'a');
  try {
    for (;;) fs.writeSync(fd, Buffer.alloc(4_096));
  } catch {
    // That was the last of it.
  } finally {
    fs.closeSync(fd);
  }
}

async function outcomeOf(step: () => unknown): Promise<unknown> {
  try {
    return await step();
  } catch (error) {
    return codeOf(error);
  }
}

const keeper = open();
await keeper.append([point(1)]);
fill();
// Another process, as 'orchestrate health' is, beside the one that has it open.
const reader = open();
const readOnFull = await outcomeOf(() => reader.series());
const written = await outcomeOf(() =>
  reader.append(Array.from({ length: 3_000 }, (_, n) => ({ series: `long.name.of.a.series.${n}`, atMs: n, value: n }))),
);
fs.rmSync(ballast);
await reader.close();
await keeper.close();
fill();
// Nobody has it open: even what a reader needs beside the file has no room.
const alone = open();
const openedAlone = await outcomeOf(() => alone.series());
await alone.close();
fs.rmSync(ballast);
const after = open();
await after.append([point(2)]);
const afterwards = after.read('s', { sinceMs: 0, limit: 9 }).map(({ value }) => value);
await after.close();
const isSetAside = fs.existsSync(`${file}.damaged`);
process.stdout.write(JSON.stringify({ readOnFull, written, openedAlone, warnings, isSetAside, afterwards }));
