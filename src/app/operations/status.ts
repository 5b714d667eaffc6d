import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { statusSchema, statusView } from '../views/status-view.ts';

/** `orchestrate status` */
export const status = defineOperation({
  name: 'status',
  summary: 'Show the state in five lines and the next command to type.',
  effect: 'read',
  everyday: true,
  needs: 'home',
  input: z.object({}),
  output: statusSchema,
  examples: [{ command: 'orchestrate', explains: 'The same as `orchestrate status`.' }],
  async run(app) {
    const { ledger, config } = await app.installation();
    return statusView(ledger, config.name);
  },
});
