import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What a supervisor last said about itself, and whether one is there. */
export interface QuickStatus {
  /** The row that says it. */
  readonly seq: number;
  readonly atMs: number;
  /** The data of the newest row with the key `status:summary`. */
  readonly summary: Readonly<Record<string, unknown>>;
  /** Is a supervisor holding the lock now; when not, the summary is of the last one. */
  readonly isSupervised: boolean;
  /** How many requests no supervisor has answered. */
  readonly nOpenRequests: number;
}

/** The layout in which the query below means what it says. */
const knownVersion = 3;
const readPatienceMs = 500;

/** Rows of no run that its lines are made of. How the supervisor itself moves is in none. */
const tellingKinds = [
  ...['production.set', 'instance.ended', 'outside.found', 'restore.created', 'freeze.set', 'followup.closed'],
  ...['alert.raised', 'alert.acknowledged', 'alert.ended'],
];

const query = `
  SELECT j.seq, j.at_ms, j.data, (SELECT count(*) FROM requests WHERE answer IS NULL) AS n_open,
    (SELECT count(*) FROM journal n WHERE n.seq > j.seq
      AND (n.run IS NOT NULL OR n.kind IN (${tellingKinds.map((kind) => `'${kind}'`).join(', ')})
        OR (n.kind = 'machine.moved' AND n.data ->> '$.machine' IS NOT 'supervisor'))) AS n_newer
  FROM meta, key_heads h JOIN journal j ON j.seq = h.seq
  WHERE meta.schema_version = ${knownVersion} AND h.name = 'k:status:summary'`;

/**
 * Returns the status for the quick path of the command line, or undefined when there is none or anything is
 * out of the ordinary: opening the ledger in full then says what. Loads nothing but Node's own modules.
 */
export function readQuickStatus(stateDir: string): QuickStatus | undefined {
  const file = join(stateDir, 'ledger.db');
  if (!existsSync(file)) return undefined;
  try {
    using db = new DatabaseSync(file, { readOnly: true, timeout: readPatienceMs });
    const row = db.prepare(query).get() as
      | { seq: number; at_ms: number; data: string; n_open: number; n_newer: number }
      | undefined;
    // Something happened that the summary does not tell yet.
    if (row === undefined || row.n_newer > 0) return undefined;
    const summary = JSON.parse(row.data) as Record<string, unknown>;
    return {
      seq: row.seq,
      atMs: row.at_ms,
      summary,
      isSupervised: isLocked(join(stateDir, 'supervisor.lock')),
      nOpenRequests: row.n_open,
    };
  } catch {
    return undefined;
  }
}

/** See `SupervisorLock`: reading meets SQLITE_BUSY (5) while it is held. */
function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    using db = new DatabaseSync(file, { readOnly: true, timeout: 0 });
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return false;
  } catch (error) {
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === 5) return true;
    throw error;
  }
}
