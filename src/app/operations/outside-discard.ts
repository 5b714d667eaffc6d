import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { lookOutside, outsideIdsField, outsideOutput, requireChoice } from './_outside.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate outside discard` */
export const outsideDiscard = defineOperation({
  name: 'outside discard',
  summary: 'Do not take outside changes over, and do not tell them again.',
  description:
    'In folders of others nothing is touched: the change stays there, and is told again when it moves. A sealed environment is built again from kept wheels. What moved in the environment that ComfyUI borrows cannot be left: keep it, or `orchestrate run "relock environment"`. What is taken away goes to trash, and its path is told.',
  effect: 'destroy',
  needs: 'home',
  input: z.object({
    ids: outsideIdsField.describe('Ids of outside changes.'),
    all: z.boolean().default(false).describe('All that are open.'),
  }),
  output: outsideOutput.extend({
    told: z
      .array(
        z.object({
          id: z.string().describe('Which one.'),
          sentence: z.string().describe('What became of it.'),
          trash: z.string().nullable().describe('Where what was taken away lies now, or null.'),
        }),
      )
      .describe('What became of each.'),
  }),
  positional: ['ids'],
  examples: [{ command: 'orchestrate outside discard o3', explains: 'Leave it as it is; it is not told any more.' }],
  async run(app, { ids, all }) {
    requireChoice('outside discard', { ids, all });
    const open = (await lookOutside(app)).differences.map(({ id }) => id);
    const { ledger } = await app.installation();
    if (all && open.length === 0)
      throw new Fault('NOTHING_TO_DO', 'No outside change is open.', { state: 'Nothing was changed.' });
    const chosen = all ? open : [...new Set(ids)];
    await app.ask('outside.discard', { ids: chosen, by: personOf(app) });
    const told = chosen.flatMap((id) => newest(ledger, 'outside.discarded', `outside:${id}`)?.data.told ?? []);
    const { differences, ...rest } = await lookOutside(app);
    return { ...rest, differences: [...differences], told: told.map((one) => ({ ...one })) };
  },
});
