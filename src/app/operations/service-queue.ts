import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { promptSchema, promptView } from '../views/prompt-view.ts';
import { requireServiceUrl } from './_prompts.ts';

/** `orchestrate service queue` */
export const serviceQueue = defineOperation({
  name: 'service queue',
  summary: 'Show the prompts that production runs, and those that wait.',
  description:
    'By what kinds of nodes each is made of and what it makes: its texts and keys are not shown. What waits for the branch is `queue`.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({
    url: z.string().describe('Where production answers.'),
    running: z.array(promptSchema).describe('What runs now.'),
    waiting: z.array(promptSchema).describe('What waits, in the order in which it will run.'),
  }),
  examples: [
    { command: 'orchestrate service queue', explains: 'What is ComfyUI at, and what comes after it?' },
    { command: 'orchestrate service queue --json', explains: 'The same for a program.' },
  ],
  async run(app) {
    const url = await requireServiceUrl(app);
    const { active, pending } = await app.outside.service.queue(url);
    return { url, running: active.map(promptView), waiting: pending.map(promptView) };
  },
});
