import type { DatabaseSync } from 'node:sqlite';

import type { Log, Usage, UsedPrompt, UseCount } from '../../ports/index.ts';
import { createKeptFile, inTransaction } from './kept-file.ts';
import type { FileLayout } from './layout.ts';

const dayMs = 86_400_000;
const keptDays = 400;
/** A service keeps 10,000 prompts of its history: none of them may be forgotten here while it is told there. */
const keptIds = 20_000;

const layout: FileLayout = {
  layout: 1,
  tables: `
    CREATE TABLE IF NOT EXISTS began (at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS seen (nth INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS shape (name TEXT PRIMARY KEY, classes TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS use (
      kind TEXT NOT NULL, name TEXT NOT NULL, models TEXT NOT NULL, day INTEGER NOT NULL,
      n INTEGER NOT NULL, failed INTEGER NOT NULL, ms REAL NOT NULL, last INTEGER NOT NULL,
      PRIMARY KEY (kind, name, models, day)
    ) WITHOUT ROWID;`,
};

/** Creates the port to what was used. */
export function createUsage({ file, log }: { readonly file: string; readonly log: Log }): Usage {
  const { use, rows, close } = createKeptFile({ file, what: 'counts of what was used', layout, log });
  const firstDay = (sinceMs: number): number => Math.floor(sinceMs / dayMs);
  return {
    // Whoever has nothing to add still says since when there was nothing.
    add: async (prompts, nowMs) => use((db) => inTransaction(db, () => addTo(db, prompts, nowMs))),
    beganMs() {
      const [found] = rows('SELECT at FROM began LIMIT 1');
      return found === undefined ? null : Number(found['at']);
    },
    models: (sinceMs) =>
      rows(`${counts} GROUP BY name ORDER BY last DESC, name`, 'model', firstDay(sinceMs)).map(countOf),
    workflows: (sinceMs) =>
      rows(
        `SELECT counted.*, shape.classes FROM (${counts} GROUP BY name, models) AS counted
         LEFT JOIN shape ON shape.name = counted.name ORDER BY last DESC, counted.name`,
        'workflow',
        firstDay(sinceMs),
      ).map((one) => ({ ...countOf(one), classes: listOf(one['classes']), models: listOf(one['models']) })),
    days: (sinceMs) =>
      rows(
        `SELECT day, SUM(n) AS n, SUM(ms) AS ms FROM use WHERE kind = 'workflow' AND day >= ? GROUP BY day ORDER BY day`,
        firstDay(sinceMs),
      ).map(({ day, n, ms }) => ({ atMs: Number(day) * dayMs, times: Number(n), durationMs: Number(ms) })),
    close: async () => close(),
  };
}

const counts =
  'SELECT name, models, SUM(n) AS n, SUM(failed) AS failed, SUM(ms) AS ms, MAX(last) AS last FROM use WHERE kind = ? AND day >= ?';

const countOf = ({ name, n, failed, ms, last }: Record<string, unknown>): UseCount => ({
  ...{ name: String(name), times: Number(n), nFailed: Number(failed) },
  ...{ durationMs: Number(ms), lastAtMs: Number(last) },
});

const listOf = (text: unknown): readonly string[] => (typeof text === 'string' ? (JSON.parse(text) as string[]) : []);

function addTo(db: DatabaseSync, prompts: readonly UsedPrompt[], nowMs: number): number {
  const isSeen = db.prepare('SELECT 1 FROM seen WHERE id = ?');
  const see = db.prepare('INSERT INTO seen (id) VALUES (?)');
  const describe = db.prepare('INSERT OR REPLACE INTO shape (name, classes) VALUES (?, ?)');
  const count = db.prepare(
    `INSERT INTO use (kind, name, models, day, n, failed, ms, last) VALUES (?, ?, ?, ?, 1, ?, ?, ?)
     ON CONFLICT DO UPDATE SET n = n + 1, failed = failed + excluded.failed, ms = ms + excluded.ms, last = MAX(last, excluded.last)`,
  );
  if (db.prepare('SELECT 1 FROM began').get() === undefined)
    db.prepare('INSERT INTO began (at) VALUES (?)').run(Math.round(nowMs));
  let nAdded = 0;
  for (const { promptId, endedAtMs, durationMs, hasFailed, shape, classes, models } of prompts) {
    if (isSeen.get(promptId) !== undefined) continue;
    see.run(promptId);
    nAdded += 1;
    const atMs = Math.round(endedAtMs);
    const numbers = [Math.floor(atMs / dayMs), hasFailed ? 1 : 0, Math.max(0, durationMs ?? 0), atMs] as const;
    describe.run(shape, JSON.stringify(classes));
    count.run('workflow', shape, JSON.stringify(models), ...numbers);
    for (const model of new Set(models)) count.run('model', model, '', ...numbers);
  }
  if (nAdded > 0) forget(db, nowMs);
  return nAdded;
}

function forget(db: DatabaseSync, nowMs: number): void {
  db.prepare('DELETE FROM use WHERE day < ?').run(Math.floor(nowMs / dayMs) - keptDays);
  db.prepare('DELETE FROM seen WHERE nth <= (SELECT MAX(nth) FROM seen) - ?').run(keptIds);
  db.exec("DELETE FROM shape WHERE name NOT IN (SELECT name FROM use WHERE kind = 'workflow')");
}
