import { z } from 'zod';

import { printSchedules } from '../../domain/schedules/file.ts';
import { defineOperation } from '../operation.ts';
import { schedulesOf } from '../views/schedule-view.ts';

/** `orchestrate schedule export` */
export const scheduleExport = defineOperation({
  name: 'schedule export',
  summary: 'Print the schedules as ops/schedules.yaml.',
  description:
    'Once that file is merged into the branch, what it declares takes the place of what commands added under the same ids, and comes and goes with the branch. A yes is not exported: a file cannot say one.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: z.object({
    text: z.string().describe('The file.'),
    withoutYes: z.array(z.string()).describe('Schedules whose yes is left out.'),
  }),
  examples: [
    {
      command:
        'mkdir -p ops && orchestrate schedule export > ops/schedules.yaml && orchestrate submit --tree ops-maint --title schedules',
      explains: 'Have them reviewed, merged and kept in restore points.',
    },
  ],
  async run(app) {
    const { ledger } = await app.installation();
    const all = [...schedulesOf(ledger).values()].map(({ schedule }) => schedule);
    return {
      text: printSchedules(all.sort((a, b) => (a.id < b.id ? -1 : 1))),
      withoutYes: all.filter(({ yes }) => yes).map(({ id }) => id),
    };
  },
});
