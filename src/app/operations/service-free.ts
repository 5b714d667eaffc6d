import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { requireServiceUrl } from './_prompts.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate service free` */
export const serviceFree = defineOperation({
  name: 'service free',
  summary: 'Have production take its models out of memory; the next prompt loads them again.',
  description: 'It does so when it is idle: prompts that run or wait come first, and none is lost.',
  effect: 'write',
  needs: 'home',
  input: z.object({}),
  output: z.object({
    url: z.string().describe('Where production answers.'),
    device: z.string().nullable().describe('Its first device, or null.'),
    beforeBytes: z.number().nullable().describe('Memory that was free on it, or null.'),
    afterBytes: z.number().nullable().describe('Memory that is free on it now, or null.'),
    nBusy: z.number().describe('Prompts that ran or waited: it frees nothing before they have ended.'),
    row: z.number().describe('Journal row that says so.'),
  }),
  examples: [{ command: 'orchestrate service free', explains: 'Make room on the card for something else.' }],
  async run(app) {
    const url = await requireServiceUrl(app);
    const { ledger } = await app.installation();
    await app.ask('service.free', { by: personOf(app) });
    const told = newest(ledger, 'service.freed', `freed:${new URL(url).port}`);
    const { device = null, beforeBytes = null, afterBytes = null, nBusy = 0 } = told?.data ?? {};
    return { url, device, beforeBytes, afterBytes, nBusy, row: told?.seq ?? 0 };
  },
});
