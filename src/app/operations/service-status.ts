import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { loadService, serviceOutput, slotField } from './_service.ts';

/** `orchestrate service status` */
export const serviceStatus = defineOperation({
  name: 'service status',
  summary: 'Show production, or what shows a slot: process, port, versions.',
  effect: 'read',
  needs: 'home',
  input: z.object({ slot: slotField }),
  output: serviceOutput,
  examples: [
    { command: 'orchestrate service status', explains: 'Is production up, and is it the one that was started?' },
  ],
  run: (app, { slot }) => loadService(app, slot),
});
