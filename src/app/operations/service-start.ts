import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { loadService, serviceOutput } from './_service.ts';

/** `orchestrate service start` */
export const serviceStart = defineOperation({
  name: 'service start',
  summary: 'Start production from the branch.',
  effect: 'write',
  needs: 'home',
  input: z.object({}),
  output: serviceOutput,
  examples: [{ command: 'orchestrate service start', explains: 'Start ComfyUI from what is merged.' }],
  async run(app) {
    await app.ask('service.start', { by: personOf(app) });
    return loadService(app);
  },
});
