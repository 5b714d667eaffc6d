import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { claimSchema } from '../views/claim-view.ts';
import { actorCalled, moveClaim, reasonField, subjectField } from './_claims.ts';

/** `orchestrate claims handoff` */
export const claimsHandoff = defineOperation({
  name: 'claims handoff',
  summary: 'Give what you work on to somebody else.',
  description: 'The other one holds it from then on; a person may hand on what an agent holds.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    subject: subjectField,
    to: z.string().min(1).max(64).describe('Agent or person who goes on.'),
    reason: reasonField,
  }),
  output: claimSchema,
  positional: ['subject', 'to'],
  examples: [{ command: 'orchestrate claims handoff r12 bert', explains: 'bert goes on with r12.' }],
  run: async (app, input) =>
    moveClaim(app, {
      subject: input.subject,
      act: 'handoff',
      to: await actorCalled(app, input.to),
      reason: input.reason,
    }),
});
