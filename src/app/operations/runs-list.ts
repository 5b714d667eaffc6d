import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runHeads, runHeadSchema } from '../views/run-view.ts';

/** `orchestrate runs list` */
export const runsList = defineOperation({
  name: 'runs list',
  summary: 'List runs.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    active: z.boolean().default(false).describe('Only runs that have not ended.'),
    limit: z.number().int().min(1).max(10_000).default(20).describe('At most this many.'),
  }),
  output: z.object({ runs: z.array(runHeadSchema).describe('Newest first.') }),
  examples: [
    { command: 'orchestrate runs list', explains: 'The newest 20 runs.' },
    { command: 'orchestrate runs list --active', explains: 'What is going on now.' },
  ],
  async run(app, { active, limit }) {
    const { ledger } = await app.installation();
    return {
      runs: runHeads(ledger)
        .filter(({ isFinal }) => !active || !isFinal)
        .slice(0, limit),
    };
  },
});
