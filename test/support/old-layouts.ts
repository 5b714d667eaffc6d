const messages = ['bus_messages', 'bus_deliveries', 'bus_senders', 'bus_counts', 'bus_sent_to', 'bus_refusals'];

/** Makes a ledger what it was before it held messages. */
export const toLayout2 = `${messages.map((table) => `DROP TABLE ${table};`).join(' ')} UPDATE meta SET schema_version = 2`;

/** Makes a ledger what it was before its rows were linked: an index found the rows of a run. */
export const toLayout1 = `${toLayout2};
  DROP TABLE key_heads;
  ALTER TABLE journal DROP COLUMN links;
  CREATE INDEX journal_run ON journal (run) WHERE run IS NOT NULL;
  UPDATE meta SET schema_version = 1`;
