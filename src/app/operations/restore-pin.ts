import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { restoreSchema } from '../views/restore-view.ts';
import { pinPoint } from './_pin-point.ts';

/** `orchestrate restore pin <point>` */
export const restorePin = defineOperation({
  name: 'restore pin',
  summary: 'Keep the environment of a restore point, whatever the retention rule says.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    point: z.string().min(1).describe('Its number or name, e.g. `7` or `0007-upgrade-pytorch`.'),
    reason: z.string().max(200, 'has to be at most 200 characters').nullable().default(null).describe('Kept with it.'),
  }),
  output: restoreSchema,
  positional: ['point'],
  examples: [
    { command: 'orchestrate restore pin 7 --reason "the last one with xformers"', explains: 'Never prune it.' },
  ],
  run: (app, { point, reason }) => pinPoint(app, { point, isPinned: true, reason }),
});
