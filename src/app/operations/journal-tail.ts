import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { entrySentence } from '../views/journal-line.ts';
import { runIdField } from './_inputs.ts';

/** `orchestrate journal tail` */
export const journalTail = defineOperation({
  name: 'journal tail',
  summary: 'Show the newest journal rows.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    limit: z.number().int().min(1).max(10_000).default(20).describe('At most this many rows.'),
    run: runIdField.nullable().default(null).describe('Only rows of this run.'),
    kind: z.string().nullable().default(null).describe('Only rows of this kind, e.g. `machine.moved`.'),
    row: z.number().int().min(1).nullable().default(null).describe('Only the row of this number, with its data.'),
  }),
  output: z.object({
    rows: z
      .array(
        z.object({
          seq: z.number().describe('Number of the row.'),
          atMs: z.number().describe('When, in milliseconds since 1970.'),
          kind: z.string().describe('What sort of row it is.'),
          run: z.string().nullable().describe('Run that it belongs to, or null.'),
          sentence: z.string().describe('What it says.'),
          hash: z.string().describe('Its link in the hash chain.'),
          data: z.record(z.string(), z.unknown()).nullable().describe('Its data; only with `--row`.'),
        }),
      )
      .describe('Oldest first.'),
  }),
  examples: [
    { command: 'orchestrate journal tail --run r12', explains: 'The newest rows of run r12.' },
    { command: 'orchestrate journal tail --row 123', explains: 'Row 123 with its data.' },
  ],
  async run(app, { limit, run, kind, row }) {
    const { ledger } = await app.installation();
    const filter = { ...(run === null ? {} : { run }), ...(kind === null ? {} : { kinds: [kind] }) };
    const entries =
      row === null
        ? ledger.read({ ...filter, limit, descending: true }).toReversed()
        : ledger.read({ ...filter, afterSeq: row - 1, limit: 1 }).filter(({ seq }) => seq === row);
    return {
      rows: entries.map((entry) => ({
        seq: entry.seq,
        atMs: entry.atMs,
        kind: entry.kind,
        run: entry.run,
        sentence: entrySentence(entry),
        hash: entry.hash,
        data: row === null ? null : { ...entry.data },
      })),
    };
  },
});
