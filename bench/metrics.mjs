// What measured values cost: one sample of twenty series written into a file that holds a day of them, against the same commit by bare
// SQLite in the same run; and a day's query of one series and of all, as `orchestrate metrics` asks it.
//
//   node scripts/launch.mjs exec node bench/metrics.mjs [--samples 500] [--dir <folder on the disk to measure>] [--json]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';

import { createMetrics } from '../src/adapters/metrics/metrics.ts';
import { seriesView } from '../src/app/views/metrics-view.ts';

const { values: options } = parseArgs({
  options: {
    samples: { type: 'string', default: '500' },
    dir: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
});
const minute = 60_000;
const day = 1_440 * minute;
const names = Array.from({ length: 20 }, (_, n) => `series.number.${n}`);
const pointsAt = (atMs) => names.map((series, n) => ({ series, atMs, value: (atMs / minute) % (50 + n) }));
const median = (times) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];
const timed = async (work) => {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
};
const repeated = async (times, work) => {
  const all = [];
  for (let n = 0; n < times; n += 1) all.push(await timed(() => work(n)));
  return median(all);
};

mkdirSync(options.dir, { recursive: true });
const dir = mkdtempSync(join(options.dir, 'bench-metrics-'));
try {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const metrics = createMetrics({ file: join(dir, 'metrics.db'), log });
  for (let atMs = 0; atMs < day; atMs += minute) await metrics.append(pointsAt(atMs));
  const sampleMs = await repeated(Number(options.samples), (n) => metrics.append(pointsAt(day + n * minute)));

  const bare = new DatabaseSync(join(dir, 'bare.db'));
  bare.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE v (series TEXT, at INTEGER, value REAL)',
  );
  const insert = bare.prepare('INSERT INTO v VALUES (?, ?, ?)');
  const bareMs = await repeated(Number(options.samples), (n) => {
    bare.exec('BEGIN IMMEDIATE');
    for (const { series, atMs, value } of pointsAt(n * minute)) insert.run(series, atMs, value);
    bare.exec('COMMIT');
  });
  bare.close();

  const asked = { sinceMs: 0, untilMs: day, stepMs: 30 * minute };
  const oneMs = await repeated(50, () => seriesView(metrics, names[3], asked));
  const allMs = await repeated(10, () => names.map((one) => seriesView(metrics, one, asked)));
  const tidyMs = await timed(() => metrics.tidy(4 * day));
  await metrics.close();
  const report = { series: names.length, sampleMs, bareMs, ratio: sampleMs / bareMs, oneMs, allMs, tidyMs };
  if (options.json) console.log(JSON.stringify(report));
  else {
    const ms = (value) => `${value.toFixed(2)} ms`;
    console.log(
      `a sample of ${names.length} series   ${ms(sampleMs)}, ${report.ratio.toFixed(1)} times bare SQLite (${ms(bareMs)})`,
    );
    console.log(`a day of one series      ${ms(oneMs)}`);
    console.log(`a day of all of them     ${ms(allMs)}`);
    console.log(`a day made coarser       ${ms(tidyMs)}`);
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
