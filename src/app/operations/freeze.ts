import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { freezeSchema, freezeView } from '../views/freeze-view.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate freeze` */
export const freeze = defineOperation({
  name: 'freeze',
  summary: 'Stop all work at once, and begin none until `thaw`.',
  description:
    'Programs of agents and services under test are ended within two seconds. Slots, ports and files are kept, and production runs on. It holds after a kill and a restart of the machine too. A merge that has begun is finished, not torn.',
  effect: 'destroy',
  needs: 'home',
  input: z.object({
    reason: z.string().min(1).max(500).nullable().default(null).describe('Why; everybody who is refused is told.'),
    production: z.boolean().default(false).describe('Stop production too; its prompts are saved first.'),
  }),
  output: freezeSchema,
  examples: [
    { command: 'orchestrate freeze --reason "disk is dying"', explains: 'Stop everything but production.' },
    { command: 'orchestrate freeze --production', explains: 'Stop production too.' },
  ],
  async run(app, { reason, production }) {
    const { ledger } = await app.installation();
    await app.ask('supervisor.freeze', { reason, production, by: personOf(app) });
    return freezeView(ledger);
  },
});
