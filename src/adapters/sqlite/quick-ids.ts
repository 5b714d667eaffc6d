import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const readPatienceMs = 200;
/** More than anybody chooses from. */
const maxIds = 200;

/** Ids that are the end of a key: `run:r12`. A kind with several prefixes has them all. */
const prefixes: Readonly<Record<string, readonly string[]>> = {
  run: ['run:'],
  change: ['change:'],
  work: ['run:', 'change:'],
  trash: ['trash:'],
  window: ['window:'],
  followup: ['glass:'],
  slot: ['lease:slot:'],
  condition: ['condition:'],
  memory: ['memory:'],
  message: ['message:'],
  alert: ['alert:'],
  suppression: ['suppression:'],
  schedule: ['schedule:'],
};

const byPrefix = `
  SELECT substr(name, ?) AS id FROM key_heads WHERE name >= ? AND name < ? ORDER BY seq DESC LIMIT ${maxIds}`;

/** Those that only the data of a row names. */
const queries: Readonly<Record<string, string>> = {
  restore: `SELECT replace(j.data ->> '$.tag', 'restore/', '') AS id FROM key_heads h JOIN journal j ON j.seq = h.seq
    WHERE h.name >= 'k:restore:' AND h.name < 'k:restore;' ORDER BY h.seq DESC LIMIT ${maxIds}`,
  outside: `SELECT one.value ->> '$.id' AS id FROM key_heads h JOIN journal j ON j.seq = h.seq, json_each(j.data, '$.differences') one
    WHERE h.name = 'k:outside:found' LIMIT ${maxIds}`,
};

/**
 * Returns the ids of a kind that the journal has, newest first, for the completion of a shell; none where there is no ledger, it is
 * busy, or its layout is another one: a key that is pressed is answered at once or not at all. Loads nothing but Node's own modules.
 */
export function readQuickIds(stateDir: string, kind: string): readonly string[] {
  const file = join(stateDir, 'ledger.db');
  if (!existsSync(file)) return [];
  try {
    using db = new DatabaseSync(file, { readOnly: true, timeout: readPatienceMs });
    const query = queries[kind];
    const found =
      query === undefined
        ? (prefixes[kind] ?? []).flatMap((prefix) => {
            const name = `k:${prefix}`;
            return db.prepare(byPrefix).all(name.length + 1, name, `${name.slice(0, -1)};`);
          })
        : db.prepare(query).all();
    return found.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  } catch {
    return [];
  }
}
