import { z } from 'zod';

import { findBroken } from '../../engine/restore/mend.ts';
import { defineOperation } from '../operation.ts';
import { brokenSchema, restoreSchema } from '../views/restore-view.ts';
import { loadRestorePoints } from './_restore-points.ts';
import { loadTotals, totalsSchema } from './_space.ts';

/** `orchestrate restore list` */
export const restoreList = defineOperation({
  name: 'restore list',
  summary: 'List the states that can be brought back.',
  description:
    'Grades: `ready`, the same bytes are there, verified just now; `offline`, rebuilt from kept wheels; `needs-network`, some packages have to be fetched; `borrowed`, adopted by init and not sealed; `files`, the files exactly, and no environment is looked after. `own` is the room that would be free if this one alone were gone; `shared` is needed by others as well.',
  effect: 'read',
  everyday: true,
  needs: 'home',
  input: z.object({}),
  output: z.object({
    restorePoints: z.array(restoreSchema).describe('Newest first.'),
    broken: z.array(brokenSchema).describe('Tags that are not what the journal says; `restore mend` makes them again.'),
    totals: totalsSchema,
  }),
  examples: [{ command: 'orchestrate restore list', explains: 'Every restore point, newest first, with its grade.' }],
  async run(app) {
    const broken = await findBroken({ ...(await app.installation()), outside: app.outside });
    return {
      restorePoints: await loadRestorePoints(app),
      broken: broken.map((one) => ({ ...one })),
      totals: await loadTotals(app),
    };
  },
});
