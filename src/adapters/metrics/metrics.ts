import type { DatabaseSync } from 'node:sqlite';

import type { Log, MetricBucket, MetricPoint, Metrics } from '../../ports/index.ts';
import { createKeptFile, inTransaction } from './kept-file.ts';
import type { FileLayout } from './layout.ts';
import { tidyValues } from './tidy.ts';

const layout: FileLayout = {
  layout: 1,
  tables: `
    CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS value (
      series INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL,
      n INTEGER NOT NULL, min REAL NOT NULL, max REAL NOT NULL, sum REAL NOT NULL,
      PRIMARY KEY (series, step, at)
    ) WITHOUT ROWID;`,
};

/** Creates the port to measured values. */
export function createMetrics({ file, log }: { readonly file: string; readonly log: Log }): Metrics {
  const { use, rows, close } = createKeptFile({ file, what: 'measured values', layout, log });

  return {
    async append(points) {
      const good = points.filter(({ value, atMs }) => Number.isFinite(value) && Number.isFinite(atMs));
      if (good.length > 0) use((at) => write(at, good));
    },
    series: () => rows('SELECT name FROM series ORDER BY name').map(({ name }) => String(name)),
    read: (series, { sinceMs, limit }) =>
      rows(
        `SELECT at, sum / n AS value FROM value JOIN series ON series.id = value.series
         WHERE name = ? AND at >= ? ORDER BY at DESC LIMIT ?`,
        series,
        Math.floor(sinceMs),
        limit,
      )
        .map(({ at, value }): MetricPoint => ({ series, atMs: Number(at), value: Number(value) }))
        .toReversed(),
    buckets(series, { sinceMs, untilMs, stepMs }) {
      const from = Math.floor(sinceMs);
      return rows(
        `SELECT CAST((at - ?) / ? AS INTEGER) AS nth, SUM(n) AS n, MIN(min) AS min, MAX(max) AS max, SUM(sum) / SUM(n) AS mean
         FROM value JOIN series ON series.id = value.series
         WHERE name = ? AND at >= ? AND at < ? GROUP BY nth ORDER BY nth`,
        from,
        Math.max(1, Math.floor(stepMs)),
        series,
        from,
        Math.ceil(untilMs),
      ).map(({ nth, n, min, max, mean }): MetricBucket => ({
        atMs: from + Number(nth) * Math.max(1, Math.floor(stepMs)),
        n: Number(n),
        min: Number(min),
        max: Number(max),
        mean: Number(mean),
      }));
    },
    tidy: async (nowMs) => use((at) => tidyValues(at, nowMs)),
    close: async () => close(),
  };
}

/** The same series at the same time twice is one value, the later one: a clock that was set back writes over, and adds nothing. */
function write(db: DatabaseSync, points: readonly MetricPoint[]): void {
  const known = db.prepare('INSERT OR IGNORE INTO series (name) VALUES (?)');
  const insert = db.prepare(
    `INSERT OR REPLACE INTO value (series, step, at, n, min, max, sum)
     SELECT id, 0, ?, 1, ?, ?, ? FROM series WHERE name = ?`,
  );
  inTransaction(db, () => {
    for (const { series, atMs, value } of points) {
      known.run(series);
      insert.run(Math.round(atMs), value, value, value, series);
    }
  });
}
