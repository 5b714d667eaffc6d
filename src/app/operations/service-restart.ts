import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { loadService, nowField, serviceOutput } from './_service.ts';

/** `orchestrate service restart` */
export const serviceRestart = defineOperation({
  name: 'service restart',
  summary: 'Stop production and start it from the branch.',
  description:
    'Prompts that wait are saved and queued again, in their order. Where production is down it is started. Where SwarmUI starts ComfyUI, nobody keeps its prompts: while it has some this is refused without --now.',
  effect: 'destroy',
  needs: 'home',
  input: z.object({ now: nowField }),
  output: serviceOutput,
  examples: [{ command: 'orchestrate service restart', explains: 'Start ComfyUI anew; its queue is kept.' }],
  async run(app, { now }) {
    await app.ask('service.restart', { by: personOf(app), now });
    return loadService(app);
  },
});
