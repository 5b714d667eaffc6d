import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { restoreSchema } from '../views/restore-view.ts';
import { loadRestorePoint } from './_restore-points.ts';

/** `orchestrate restore show <point>` */
export const restoreShow = defineOperation({
  name: 'restore show',
  summary: 'Show one restore point.',
  effect: 'read',
  needs: 'home',
  input: z.object({ point: z.string().min(1).describe('Its number or name, e.g. `7` or `0007-upgrade-pytorch`.') }),
  output: restoreSchema,
  positional: ['point'],
  examples: [{ command: 'orchestrate restore show 7', explains: 'What restore point 7 holds and how it comes back.' }],
  run: (app, { point }) => loadRestorePoint(app, point),
});
