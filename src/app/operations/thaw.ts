import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { freezeSchema, freezeView } from '../views/freeze-view.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate thaw` */
export const thaw = defineOperation({
  name: 'thaw',
  summary: 'Let work go on that `freeze` stopped.',
  description:
    'The world is looked at as after a kill, then each run goes on where it was. Production that the freeze stopped is started by `service start`, not by this.',
  effect: 'write',
  needs: 'home',
  input: z.object({}),
  output: freezeSchema,
  examples: [{ command: 'orchestrate thaw', explains: 'Go on with all runs.' }],
  async run(app) {
    const { ledger } = await app.installation();
    await app.ask('supervisor.thaw', { by: personOf(app) });
    return freezeView(ledger);
  },
});
