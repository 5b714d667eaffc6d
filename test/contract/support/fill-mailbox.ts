import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Puts `n` messages of three senders into a mailbox at once, as if each had been sent. */
export function fillMailbox(dir: string, { mailbox, n }: { mailbox: string; n: number }): void {
  const db = new DatabaseSync(join(dir, 'ledger.db'));
  db.exec('PRAGMA synchronous = OFF; BEGIN');
  const numbers = `WITH RECURSIVE k (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < ${n})`;
  db.exec(`${numbers} INSERT INTO bus_messages (at_ms, sender, sender_seq, recipient, kind, subject, body)
    SELECT i, 'person:p' || (i % 3), i, '${mailbox}', 'note', 'message ' || i, '{}' FROM k`);
  db.exec(`${numbers} INSERT INTO bus_deliveries (id, mailbox, sender, state)
    SELECT i, '${mailbox}', 'person:p' || (i % 3), 'waiting' FROM k`);
  db.exec('COMMIT');
  db.close();
}
