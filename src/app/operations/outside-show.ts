import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { outsideSchema } from '../views/outside-view.ts';
import { loadOutside } from './_outside.ts';

/** `orchestrate outside show` */
export const outsideShow = defineOperation({
  name: 'outside show',
  summary: 'Show one outside change with its files.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    id: z
      .string()
      .regex(/^o[1-9]\d{0,8}$/, 'has to be the id of an outside change, like o3')
      .describe('Its id, from `outside list`.'),
  }),
  output: outsideSchema,
  positional: ['id'],
  examples: [{ command: 'orchestrate outside show o3', explains: 'Which files, when, and who probably did it.' }],
  async run(app, { id }) {
    const { differences } = await loadOutside(app);
    const one = differences.find((difference) => difference.id === id);
    if (one !== undefined) return one;
    throw new Fault('OUTSIDE_NOT_FOUND', `No outside change ${id} is open.`, {
      hints: [
        differences.length === 0
          ? 'None is open.'
          : `Open: ${differences.map((difference) => difference.id).join(', ')}`,
        'orchestrate outside list',
      ],
    });
  },
});
