import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { linkHash } from '../../domain/journal/chain.ts';
import { defineOperation } from '../operation.ts';
import { entrySentence } from '../views/journal-line.ts';

/** `orchestrate journal show <row>` */
export const journalShow = defineOperation({
  name: 'journal show',
  summary: 'Show one journal row with its data and its place in the chain.',
  description: 'The number behind a sentence, `#123`, is that of the row which says it.',
  effect: 'read',
  needs: 'home',
  input: z.object({ row: z.coerce.number().int().min(1).describe('Its number, e.g. 123.') }),
  output: z.object({
    seq: z.number().describe('Number of the row.'),
    atMs: z.number().describe('When, in milliseconds since 1970.'),
    epoch: z.number().describe('Which supervisor wrote it, counted from the first.'),
    kind: z.string().describe('What sort of row it is.'),
    run: z.string().nullable().describe('Run that it belongs to, or null.'),
    keys: z.array(z.string()).describe('Names under which it is found.'),
    sentence: z.string().describe('What it says.'),
    data: z.record(z.string(), z.unknown()).describe('What it holds.'),
    prev: z.string().describe('Hash of the row before it.'),
    hash: z.string().describe('Its own hash.'),
    fits: z.boolean().describe('The hash is that of its content, and the row before it is the one that it names.'),
  }),
  positional: ['row'],
  examples: [
    { command: 'orchestrate journal show 123', explains: 'What row #123 holds, and whether it is as written.' },
  ],
  async run(app, { row }) {
    const { ledger } = await app.installation();
    const [before, entry] = [row - 1, row].map((seq) =>
      ledger.read({ afterSeq: seq - 1, limit: 1 }).find((one) => one.seq === seq),
    );
    if (entry === undefined)
      throw new Fault('JOURNAL_ROW_NOT_FOUND', `The journal has no row ${row}; its newest is ${ledger.head().seq}.`);
    const isLinked = before === undefined ? row === 1 : before.hash === entry.prev;
    return {
      ...entry,
      keys: [...entry.keys],
      data: { ...entry.data },
      sentence: entrySentence(entry),
      fits: isLinked && linkHash(entry, (text) => app.outside.digest.sha256(text)) === entry.hash,
    };
  },
});
