import { z } from 'zod';

import { defineOperation } from '../operation.ts';

/** `orchestrate journal verify` */
export const journalVerify = defineOperation({
  name: 'journal verify',
  summary: 'Compute the hash chain of the journal again.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({
    ok: z.boolean().describe('The chain holds from the first row to the newest.'),
    nRows: z.number().nullable().describe('Rows that were checked; null when the chain is broken.'),
    headSeq: z.number().nullable().describe('Newest row.'),
    headHash: z.string().nullable().describe('Its hash: it stands for the whole journal.'),
    firstBadSeq: z.number().nullable().describe('First row that does not fit, or null.'),
    reason: z.string().nullable().describe('Why it does not fit, or null.'),
  }),
  examples: [{ command: 'orchestrate journal verify', explains: 'Was any row changed, added or taken out?' }],
  async run(app) {
    const { ledger } = await app.installation();
    const check = ledger.verify();
    if (check.kind === 'broken')
      return {
        ok: false,
        nRows: null,
        headSeq: null,
        headHash: null,
        firstBadSeq: check.firstBadSeq,
        reason: check.reason,
      };
    return {
      ok: true,
      nRows: check.nEntries,
      headSeq: check.headSeq,
      headHash: check.headHash,
      firstBadSeq: null,
      reason: null,
    };
  },
});
