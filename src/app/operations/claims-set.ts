import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { claimSchema } from '../views/claim-view.ts';
import { moveClaim, reasonField, subjectField } from './_claims.ts';

/** `orchestrate claims set` */
export const claimsSet = defineOperation({
  name: 'claims set',
  summary: 'Say how it goes with what you work on.',
  description:
    'paused and blocked keep it yours; after 15 minutes blocked it may be stolen. stealable offers it to anybody. active goes on.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    subject: subjectField,
    status: z.enum(['active', 'paused', 'blocked', 'stealable']).describe('How it goes.'),
    reason: reasonField,
  }),
  output: claimSchema,
  positional: ['subject', 'status'],
  examples: [
    { command: 'orchestrate claims set r12 blocked --reason "waits for a wheel"', explains: 'It does not go on now.' },
  ],
  run: async (app, input) => moveClaim(app, { subject: input.subject, act: actOf[input.status], reason: input.reason }),
});

const actOf = { active: 'resume', paused: 'pause', blocked: 'block', stealable: 'offer' } as const;
