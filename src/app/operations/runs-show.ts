import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { costOfRun } from '../views/cost-view.ts';
import { runSchema } from '../views/run-view.ts';
import { conversationSchema, readConversations } from '../views/transcript-view.ts';
import { runIdField } from './_inputs.ts';
import { requireRun } from './_run-output.ts';

/** `orchestrate runs show <run>` */
export const runsShow = defineOperation({
  name: 'runs show',
  summary: 'Show a run: steps, change, evidence, restore point; what was said with models.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    run: runIdField.describe('Its id, e.g. `r12`.'),
    transcript: z.boolean().default(false).describe('What was said with models and external agents.'),
  }),
  output: runSchema.extend({
    conversations: z.array(conversationSchema).optional().describe('What was said; only with `--transcript`.'),
  }),
  positional: ['run'],
  examples: [
    { command: 'orchestrate runs show r12', explains: 'What run r12 did, with the journal rows that say so.' },
    { command: 'orchestrate runs show r12 --transcript', explains: 'What its agents were told, said and asked for.' },
  ],
  async run(app, { run, transcript }) {
    const { ledger } = await app.installation();
    const view = { ...(await requireRun(app, run)), models: costOfRun(ledger, run) };
    return transcript ? { ...view, conversations: [...(await readConversations(app, run))] } : view;
  },
});
