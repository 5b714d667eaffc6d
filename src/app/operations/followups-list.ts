import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { followUps, followUpSchema } from '../views/follow-up-view.ts';

/** `orchestrate followups list` */
export const followupsList = defineOperation({
  name: 'followups list',
  summary: 'List what was passed over in emergencies and nobody has looked at since.',
  effect: 'read',
  needs: 'home',
  input: z.object({ all: z.boolean().default(false).describe('Also those that are closed.') }),
  output: z.object({ followUps: z.array(followUpSchema).describe('Oldest first.') }),
  examples: [{ command: 'orchestrate followups list', explains: 'What still has to be looked at.' }],
  async run(app, { all }) {
    const { ledger } = await app.installation();
    return { followUps: followUps(ledger).filter(({ closed }) => all || closed === null) };
  },
});
