import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { Address } from '../../../src/domain/bus/address.ts';
import type { Delivery } from '../../../src/domain/bus/message.ts';

export const boxes: readonly Address[] = Array.from({ length: 8 }, (_, n): Address => `tree:m${n}`);

/** Returns the mailbox of a sender's message n. */
export const boxOf = (n: number): Address => boxes[n % boxes.length] as Address;

/** What messages did to the world, in a database of its own. `handed` counts each handing out: what an effect without a key would be. */
export interface Effects {
  /** Durable when it returns. */
  apply(taken: readonly Delivery[]): void;
  /** In the order in which they happened. */
  all(): readonly { readonly id: number; readonly sender: string; readonly mailbox: string; readonly n: number }[];
  nHanded(): number;
  close(): void;
}

/** Opens the effects beside a ledger; makes them when absent. */
export function openEffects(dir: string): Effects {
  const db = new DatabaseSync(join(dir, 'effects.db'), { timeout: 10_000 });
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS effects (
      pos INTEGER PRIMARY KEY AUTOINCREMENT, id INTEGER UNIQUE, sender TEXT, mailbox TEXT, n INTEGER);
    CREATE TABLE IF NOT EXISTS handed (n INTEGER); INSERT INTO handed SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM handed)`);
  const insert = db.prepare('INSERT INTO effects (id, sender, mailbox, n) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
  return {
    apply(taken) {
      if (taken.length === 0) return;
      db.exec('BEGIN IMMEDIATE');
      for (const { message, mailbox } of taken)
        insert.run(message.id, message.from, mailbox, Number(message.body['n']));
      db.exec(`UPDATE handed SET n = n + ${taken.length}; COMMIT`);
    },
    all: () => db.prepare('SELECT id, sender, mailbox, n FROM effects ORDER BY pos').all() as never,
    nHanded: () => db.prepare('SELECT n FROM handed').get()?.['n'] as number,
    close: () => db.close(),
  };
}
