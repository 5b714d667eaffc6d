import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { loadTimes, timesSchema } from './_times.ts';

/** `orchestrate windows list` */
export const windowsList = defineOperation({
  name: 'windows list',
  summary: 'List when waiting changes merge, and when nothing does.',
  description:
    'A change that was approved with --tonight merges when a window is open; one that was approved without it merges at once. In a freeze nothing merges but what breaks the glass, and ways back (`undo`, `restore to`).',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: timesSchema,
  examples: [{ command: 'orchestrate windows list', explains: 'Windows and freezes, of the file and of commands.' }],
  run: (app) => loadTimes(app),
});
