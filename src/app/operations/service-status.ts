import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { loadService, serviceOutput } from './_service.ts';

/** `orchestrate service status` */
export const serviceStatus = defineOperation({
  name: 'service status',
  summary: 'Show production: process, port, versions.',
  effect: 'read',
  needs: 'home',
  input: z.object({}),
  output: serviceOutput,
  examples: [
    { command: 'orchestrate service status', explains: 'Is production up, and is it the one that was started?' },
  ],
  run: (app) => loadService(app),
});
