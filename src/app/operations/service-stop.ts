import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { loadService, nowField, serviceOutput, slotField } from './_service.ts';

/** `orchestrate service stop` */
export const serviceStop = defineOperation({
  name: 'service stop',
  summary: 'Stop production, or what shows a slot.',
  effect: 'destroy',
  needs: 'home',
  input: z.object({ now: nowField, slot: slotField }),
  output: serviceOutput,
  examples: [
    { command: 'orchestrate service stop', explains: 'Let the running prompt end, save the waiting ones, stop.' },
  ],
  async run(app, { now, slot }) {
    const by = personOf(app);
    if (slot === null) await app.ask('service.stop', { by, now });
    else await app.ask('service.hide', { slot, by });
    return loadService(app, slot);
  },
});
