import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { claimSchema } from '../views/claim-view.ts';
import { actorCalled, moveClaim, reasonField, subjectField } from './_claims.ts';

/** `orchestrate claims claim` */
export const claimsClaim = defineOperation({
  name: 'claims claim',
  summary: 'Say that you, or an agent, work on something.',
  description:
    'Nobody else can answer its plan, resume it, have its change taken again or hand it over then, until you release it, or it is stolen for a reason that rows support. Answers in the review are not touched by it.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    subject: subjectField,
    for: z.string().min(1).max(64).nullable().default(null).describe('Agent or person it is for; you otherwise.'),
    reason: reasonField,
  }),
  output: claimSchema,
  positional: ['subject'],
  examples: [{ command: 'orchestrate claims claim r12 --reason "looking at the wheel"', explains: 'r12 is yours.' }],
  run: async (app, input) =>
    moveClaim(app, {
      subject: input.subject,
      act: 'claim',
      to: input.for === null ? null : await actorCalled(app, input.for),
      reason: input.reason,
    }),
});
