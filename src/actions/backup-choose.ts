import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { definePlanningAction } from './_context.ts';
import { noChange } from './_no-change.ts';

/** Plans a backup: which restore point, and where to. Nothing is changed. Faults: `RESTORE_NOT_FOUND`, `USAGE_BAD_ARGUMENT`. */
export const backupChoose = definePlanningAction({
  id: 'backup.choose',
  summary: 'Plan a backup of a restore point and of memory',
  effect: 'plan',
  input: z.object({ folder: z.string(), point: z.string().min(1).default('newest') }),
  async plan(context, { folder, point }) {
    const isPlain = /^\/[^\p{Cc}]+$/u.test(folder) && !folder.split('/').some((name) => name === '.' || name === '..');
    if (!isPlain)
      throw new Fault(
        'USAGE_BAD_ARGUMENT',
        `${JSON.stringify(folder.slice(0, 200))} is not the absolute path of a folder.`,
        {
          hints: ['orchestrate run backup --set folder=/media/backup'],
          state: 'Nothing was changed.',
        },
      );
    const name = await context.pointName(point);
    const plain = folder.replace(/\/+$/, '');
    return noChange([`writes ${name} and all memory to ${plain}, and reads them back; nothing there is taken away`], {
      point: name,
      folder: plain,
    });
  },
});
