import type { DatabaseSync } from 'node:sqlite';

import { inTransaction } from './kept-file.ts';

const minute = 60_000;
const day = 86_400_000;

/** What older values become: values of the step before that are older than this are summed up to this step. */
const retention = [
  { fromStepMs: 0, olderThanMs: 2 * day, toStepMs: 5 * minute },
  { fromStepMs: 5 * minute, olderThanMs: 30 * day, toStepMs: 60 * minute },
] as const;
const keptMs = 400 * day;

/** Sums up and forgets. Only whole steps are summed up, so that a repeat changes nothing; least and greatest values stay exact. */
export function tidyValues(db: DatabaseSync, nowMs: number): void {
  inTransaction(db, () => {
    for (const { fromStepMs, olderThanMs, toStepMs } of retention) {
      const before = Math.floor((nowMs - olderThanMs) / toStepMs) * toStepMs;
      db.prepare(
        `INSERT INTO value (series, step, at, n, min, max, sum)
         SELECT series, ?2, at - at % ?2, SUM(n), MIN(min), MAX(max), SUM(sum) FROM value
         WHERE step = ?1 AND at < ?3 GROUP BY series, at - at % ?2
         ON CONFLICT (series, step, at) DO UPDATE SET n = n + excluded.n, min = MIN(min, excluded.min),
           max = MAX(max, excluded.max), sum = sum + excluded.sum`,
      ).run(fromStepMs, toStepMs, before);
      db.prepare('DELETE FROM value WHERE step = ? AND at < ?').run(fromStepMs, before);
    }
    db.prepare('DELETE FROM value WHERE at < ?').run(Math.floor(nowMs - keptMs));
    db.exec('DELETE FROM series WHERE id NOT IN (SELECT DISTINCT series FROM value)');
  });
}
