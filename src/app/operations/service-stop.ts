import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { loadService, serviceOutput } from './_service.ts';

/** `orchestrate service stop` */
export const serviceStop = defineOperation({
  name: 'service stop',
  summary: 'Stop production.',
  effect: 'destroy',
  needs: 'home',
  input: z.object({}),
  output: serviceOutput,
  examples: [{ command: 'orchestrate service stop', explains: 'Stop it; nothing else changes.' }],
  async run(app) {
    await app.ask('service.stop', { by: personOf(app) });
    return loadService(app);
  },
});
