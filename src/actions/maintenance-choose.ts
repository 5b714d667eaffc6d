import { z } from 'zod';

import { definePlanningAction } from './_context.ts';
import { noChange } from './_no-change.ts';

/** Plans a maintenance: the branch stays as it is, the restore point that is drilled is named. Fault: `RESTORE_NOT_FOUND`. */
export const maintenanceChoose = definePlanningAction({
  id: 'maintenance.choose',
  summary: 'Plan a maintenance that looks, tells and clears away what is old',
  effect: 'plan',
  input: z.object({ point: z.string().min(1).default('newest') }),
  async plan(context, { point }) {
    const name = await context.pointName(point);
    const open = await context.outsideChanges();
    return noChange(
      [
        `compares the environment with its lock, brings ${name} back in folders of its own, reads the log and asks the index; the branch stays as it is`,
        'logs of ended services and temporary pictures older than two weeks go, and entries of memory past their time; no model, output or restore point',
        ...(open.length === 0 ? [] : [`changes of others that are open: ${open.length}, see orchestrate outside list`]),
      ],
      { point: name },
    );
  },
});
