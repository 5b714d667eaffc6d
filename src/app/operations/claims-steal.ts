import { z } from 'zod';

import { stealGrounds } from '../../domain/scale/claims.ts';
import { defineOperation } from '../operation.ts';
import { claimSchema } from '../views/claim-view.ts';
import { moveClaim, reasonField, subjectField } from './_claims.ts';

/** `orchestrate claims steal` */
export const claimsSteal = defineOperation({
  name: 'claims steal',
  summary: 'Take over what somebody else works on, for a reason that rows support.',
  description:
    'stale: nothing was written about it for 30 minutes. blocked-timeout: blocked for 15 minutes. overloaded: its holder has 3 active claims or more. voluntary: its holder marked it as stealable. Refused, with what was found, when it is not so; the rows that were read are kept with it.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    subject: subjectField,
    because: z.enum(stealGrounds).describe('Why.'),
    reason: reasonField,
  }),
  output: claimSchema,
  positional: ['subject'],
  examples: [
    {
      command: 'orchestrate claims steal r12 --because stale',
      explains: 'r12 is yours, if nothing moved for 30 minutes.',
    },
  ],
  run: async (app, input) =>
    moveClaim(app, { subject: input.subject, act: 'steal', ground: input.because, reason: input.reason }),
});
