import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { loadService, nowField, serviceOutput } from './_service.ts';

/** `orchestrate service stop` */
export const serviceStop = defineOperation({
  name: 'service stop',
  summary: 'Stop production.',
  effect: 'destroy',
  needs: 'home',
  input: z.object({ now: nowField }),
  output: serviceOutput,
  examples: [
    { command: 'orchestrate service stop', explains: 'Let the running prompt end, save the waiting ones, stop.' },
  ],
  async run(app, { now }) {
    await app.ask('service.stop', { by: personOf(app), now });
    return loadService(app);
  },
});
