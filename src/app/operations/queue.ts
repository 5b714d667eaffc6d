import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { queueSchema, queueView } from '../views/queue-view.ts';

/** `orchestrate queue` */
export const queue = defineOperation({
  name: 'queue',
  summary: 'Show what waits for the branch: order, reason, estimate.',
  description:
    'The oldest change merges first; a step of priority counts like half an hour of age (orchestrate runs priority). What waits ' +
    'for a person keeps nobody waiting. The next ones are proven ahead where the machine has room (queue.ahead in ' +
    'orchestrate.yaml): when what stands before them merges, they are done in a moment.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: queueSchema,
  examples: [
    { command: 'orchestrate queue', explains: 'Who is next, and why the others wait.' },
    { command: 'orchestrate queue --json', explains: 'The same for a program.' },
  ],
  async run(app) {
    const { ledger } = await app.installation();
    return queueView(ledger);
  },
});
