import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { canonicalJson, type JsonObject } from '../../base/json.ts';
import { absolutePath } from '../../base/paths.ts';
import { defineOperation } from '../operation.ts';
import { entriesOf } from '../views/journal-reader.ts';
import { runIdField } from './_inputs.ts';

/** Rows of one file: they are put together in memory before they are written. */
const maxRows = 100_000;

/** `orchestrate journal export <file>` */
export const journalExport = defineOperation({
  name: 'journal export',
  summary: 'Write journal rows to a file, one JSON object a line.',
  description: `A line is the canonical JSON of a row; the SHA-256 of it without "hash" is its hash, and "prev" is the hash of the line before, so that the file can be checked without orchestrate. At most ${maxRows} rows a file: the answer says after which row the next one begins. A file that is there is not replaced.`,
  effect: 'write',
  needs: 'home',
  input: z.object({
    file: z.string().min(1).describe('File to write.'),
    run: runIdField.nullable().default(null).describe('Only rows of this run; then the lines are no whole chain.'),
    after: z.number().int().min(0).default(0).describe('Only rows after this one.'),
  }),
  output: z.object({
    file: z.string().describe('Absolute path of the file.'),
    nRows: z.number().describe('Rows in it.'),
    firstSeq: z.number().nullable().describe('First row, or null.'),
    lastSeq: z.number().nullable().describe('Last row, or null.'),
    headHash: z.string().nullable().describe('Hash of the last row: it stands for all before it.'),
    isAll: z.boolean().describe('Nothing that was asked for is left out; else go on with --after and the last row.'),
  }),
  positional: ['file'],
  examples: [
    { command: 'orchestrate journal export journal.jsonl', explains: 'Keep the record somewhere else.' },
    { command: 'orchestrate journal export r12.jsonl --run r12', explains: 'Only what belongs to run r12.' },
  ],
  async run(app, { file: asked, run, after }) {
    const { ledger } = await app.installation();
    const { files } = app.outside;
    const file = absolutePath(app.cwd, asked);
    if ((await files.info(file)) !== undefined)
      throw new Fault('REPORT_FILE_TAKEN', `${file} is there already.`, {
        hints: ['Name another file, or move that one away.'],
        state: 'Nothing was written.',
      });
    const lines: string[] = [];
    let last: { readonly seq: number; readonly hash: string } | undefined;
    let firstSeq: number | null = null;
    let isAll = true;
    for (const entry of entriesOf(ledger, { afterSeq: after, ...(run === null ? {} : { run }) })) {
      isAll = lines.length < maxRows;
      if (!isAll) break;
      lines.push(canonicalJson(entry as unknown as JsonObject));
      firstSeq ??= entry.seq;
      last = entry;
    }
    await files.writeAtomic(file, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    return { file, nRows: lines.length, firstSeq, lastSeq: last?.seq ?? null, headHash: last?.hash ?? null, isAll };
  },
});
