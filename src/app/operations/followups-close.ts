import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { followUps, followUpSchema } from '../views/follow-up-view.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate followups close <id>` */
export const followupsClose = defineOperation({
  name: 'followups close',
  summary: 'Say what came of looking at something that was passed over in an emergency.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    id: z
      .string()
      .regex(/^f[1-9]\d{0,8}$/, 'has to be the id of a follow-up, like f1')
      .describe('Its id, e.g. `f1`.'),
    comment: z.string().min(1).max(2000, 'has to be at most 2000 characters').describe('What was found.'),
  }),
  output: followUpSchema,
  positional: ['id'],
  examples: [
    { command: 'orchestrate followups close f1 --comment "reviewed by ben, fine"', explains: 'Nothing is left to do.' },
  ],
  async run(app, { id, comment }) {
    await app.ask('followup.close', { id, comment, by: personOf(app) });
    const { ledger } = await app.installation();
    const found = followUps(ledger).find((one) => one.id === id);
    if (found === undefined) throw new Fault('FOLLOWUP_NOT_FOUND', `There is no follow-up ${id}.`);
    return found;
  },
});
