import { z } from 'zod';

import { findBroken } from '../../engine/restore/mend.ts';
import { defineOperation } from '../operation.ts';
import { brokenSchema } from '../views/restore-view.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate restore mend` */
export const restoreMend = defineOperation({
  name: 'restore mend',
  summary: 'Make restore tags again that somebody deleted or moved.',
  description:
    'The journal says which restore points there are. A tag that is missing in home or in the trusted store, or names something else there, is made again from its row and from the objects of the store. This also happens by itself when a supervisor starts, before a way back, and before a merge.',
  effect: 'write',
  needs: 'home',
  input: z.object({}),
  output: z.object({
    mended: z.array(brokenSchema).describe('Tags that were not what the journal says and are now.'),
    broken: z.array(brokenSchema).describe('Tags that could not be made again.'),
  }),
  examples: [{ command: 'orchestrate restore mend', explains: 'After `git tag -d`, or when `doctor` says so.' }],
  async run(app) {
    const context = { ...(await app.installation()), outside: app.outside };
    const before = await findBroken(context);
    await app.ask('restore.mend', { by: personOf(app) });
    const broken = await findBroken(context);
    const isBroken = (one: (typeof before)[number]): boolean =>
      broken.some(({ tag, where }) => tag === one.tag && where === one.where);
    return {
      mended: before.filter((one) => !isBroken(one)).map((one) => ({ ...one })),
      broken: broken.map((one) => ({ ...one })),
    };
  },
});
