import { z } from 'zod';

import { definePlanningAction } from './_context.ts';

/** Plans the drill of a restore point: nothing is written, the point is named. Fault: `RESTORE_NOT_FOUND`. */
export const restoreChoose = definePlanningAction({
  id: 'restore.choose',
  summary: 'Find the restore point to drill',
  effect: 'plan',
  input: z.object({ point: z.string().min(1) }),
  async plan(context, { point }) {
    const name = await context.pointName(point);
    return {
      moves: [],
      rejected: [],
      lockText: null,
      requirementsText: null,
      notes: [
        `${name} is built anew from kept wheels without any index, compared, booted and run in folders of its own; nothing is changed`,
      ],
      pins: { point: name },
      changesNothing: true,
      downloadBytes: 0,
      diskBytes: 0,
      warnings: [],
    };
  },
});
