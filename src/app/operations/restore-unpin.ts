import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { restoreSchema } from '../views/restore-view.ts';
import { pinPoint } from './_pin-point.ts';

/** `orchestrate restore unpin <point>` */
export const restoreUnpin = defineOperation({
  name: 'restore unpin',
  summary: 'Let the retention rule decide about a restore point again.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    point: z.string().min(1).describe('Its number or name, e.g. `7` or `0007-upgrade-pytorch`.'),
  }),
  output: restoreSchema,
  positional: ['point'],
  examples: [{ command: 'orchestrate restore unpin 7', explains: 'Restore point 7 may be pruned again.' }],
  run: (app, { point }) => pinPoint(app, { point, isPinned: false, reason: null }),
});
