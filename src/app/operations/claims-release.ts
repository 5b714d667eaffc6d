import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { claimSchema } from '../views/claim-view.ts';
import { moveClaim, reasonField, subjectField } from './_claims.ts';

/** `orchestrate claims release` */
export const claimsRelease = defineOperation({
  name: 'claims release',
  summary: 'Let go of what you work on.',
  description: 'Anybody may go on with it then. A person may release what an agent holds.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    subject: subjectField,
    reason: reasonField,
  }),
  output: claimSchema,
  positional: ['subject'],
  examples: [{ command: 'orchestrate claims release r12', explains: 'Anybody may go on with r12.' }],
  run: async (app, input) => moveClaim(app, { subject: input.subject, act: 'release', reason: input.reason }),
});
