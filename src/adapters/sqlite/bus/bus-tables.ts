import type { DatabaseSync } from 'node:sqlite';

/**
 * `bus_deliveries` has a row for each mailbox that a message lies in; `due_*` only where it expires, `taken_*` only while somebody
 * has it, `told` is 0 while the journal owes a row about it. A mailbox of a million rows is paged by its indexes and counted by
 * `bus_counts`, which triggers keep.
 */
const tables = `
  CREATE TABLE bus_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    sender TEXT NOT NULL,
    sender_seq INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    dedup TEXT,
    expires_at_ms INTEGER,
    in_reply_to INTEGER,
    run TEXT
  ) STRICT;
  CREATE UNIQUE INDEX bus_keys ON bus_messages (sender, dedup) WHERE dedup IS NOT NULL;
  CREATE INDEX bus_replies ON bus_messages (in_reply_to, id) WHERE in_reply_to IS NOT NULL;
  CREATE INDEX bus_runs ON bus_messages (run, id) WHERE run IS NOT NULL;
  CREATE TABLE bus_deliveries (
    id INTEGER NOT NULL,
    mailbox TEXT NOT NULL,
    sender TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    holder TEXT,
    taken_boot TEXT,
    taken_ms INTEGER,
    lease_ms INTEGER,
    due_boot TEXT,
    due_ms INTEGER,
    due_wall_ms INTEGER,
    reason TEXT,
    ended_at_ms INTEGER,
    told INTEGER,
    PRIMARY KEY (id, mailbox)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX bus_mailboxes ON bus_deliveries (mailbox, id);
  CREATE INDEX bus_mailbox_states ON bus_deliveries (mailbox, state, id);
  CREATE INDEX bus_states ON bus_deliveries (state, id);
  CREATE INDEX bus_open ON bus_deliveries (mailbox, sender, id) WHERE state IN ('waiting', 'taken');
  CREATE INDEX bus_due ON bus_deliveries (due_boot, due_ms)
    WHERE due_ms IS NOT NULL AND state IN ('waiting', 'taken', 'undeliverable');
  CREATE INDEX bus_untold ON bus_deliveries (id) WHERE told = 0;
  CREATE INDEX bus_ended ON bus_deliveries (ended_at_ms) WHERE ended_at_ms IS NOT NULL;
  CREATE TABLE bus_senders (sender TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE bus_counts (
    mailbox TEXT NOT NULL,
    state TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (mailbox, state)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE bus_sent_to (recipient TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE bus_refusals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sender TEXT NOT NULL,
    code TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    claim TEXT NOT NULL,
    times INTEGER NOT NULL,
    last_at_ms INTEGER NOT NULL,
    told INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX bus_untold_refusals ON bus_refusals (sender, code) WHERE told = 0;
`;

const plusOne = `
    INSERT INTO bus_counts VALUES (new.mailbox, new.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;`;
const minusOne = `
    UPDATE bus_counts SET n = n - 1 WHERE mailbox = old.mailbox AND state = old.state;`;

const triggers = `
  CREATE TRIGGER bus_counts_insert AFTER INSERT ON bus_deliveries BEGIN ${plusOne} END;
  CREATE TRIGGER bus_counts_move AFTER UPDATE OF state ON bus_deliveries WHEN old.state <> new.state BEGIN
    ${minusOne} ${plusOne} END;
  CREATE TRIGGER bus_counts_delete AFTER DELETE ON bus_deliveries BEGIN ${minusOne} END;
  CREATE TRIGGER bus_sent_insert AFTER INSERT ON bus_messages BEGIN
    INSERT INTO bus_sent_to VALUES (new.recipient, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
  CREATE TRIGGER bus_sent_delete AFTER DELETE ON bus_messages BEGIN
    UPDATE bus_sent_to SET n = n - 1 WHERE recipient = old.recipient; END;
`;

/** Lays out the tables of messages. Must be called inside a transaction. */
export function createBusTables(db: DatabaseSync): void {
  db.exec(tables + triggers);
}
