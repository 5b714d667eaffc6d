import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { requireServiceUrl } from './_prompts.ts';

/** `orchestrate service history` */
export const serviceHistory = defineOperation({
  name: 'service history',
  summary: 'Show the newest prompts of production and how each ended.',
  description: 'As the server remembers them: a server that was started anew has forgotten what came before.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    limit: z.number().int().min(1).max(500).default(20).describe('At most this many prompts, the newest.'),
  }),
  output: z.object({
    url: z.string().describe('Where production answers.'),
    by: z.enum(['jobs', 'history']).describe('`jobs`: asked by /api/jobs; `history`: an older server, by /history.'),
    prompts: z
      .array(
        z.object({
          promptId: z.string().describe('Its id.'),
          state: z.enum(['finished', 'failed', 'interrupted']).describe('How it ended.'),
          startedAtMs: z.number().nullable().describe('When it began, in milliseconds since 1970, or null.'),
          durationMs: z.number().nullable().describe('How long it ran, or null.'),
          nOutputs: z.number().describe('Pictures and other files that it made.'),
          picture: z.string().nullable().describe('The first of them below the output folder, or null.'),
          reason: z.string().nullable().describe('Why it failed, or null.'),
        }),
      )
      .describe('The newest first.'),
  }),
  examples: [
    { command: 'orchestrate service history', explains: 'The last 20: which failed, and why?' },
    { command: 'orchestrate service history --limit 200 --json', explains: 'More of them, for a program.' },
  ],
  async run(app, { limit }) {
    const url = await requireServiceUrl(app);
    const { by, prompts } = await app.outside.service.ended(url, { limit });
    return { url, by, prompts: prompts.map((one) => ({ ...one })) };
  },
});
