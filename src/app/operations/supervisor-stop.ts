import { z } from 'zod';

import { timeHolds } from '../../engine/policy/hold.ts';
import { defineOperation } from '../operation.ts';
import { allChanges } from '../views/change-view.ts';
import { personOf } from './_run-output.ts';

/** Longest that a supervisor is waited for; it ends when nothing is running. */
const waitMs = 30_000;

/** `orchestrate supervisor stop` */
export const supervisorStop = defineOperation({
  name: 'supervisor stop',
  summary: 'Ask the supervisor to end as soon as nothing is running.',
  description:
    'The supervisor starts by itself when there is work and ends when it has been idle. Production goes on without it; the next command that needs it starts it again.',
  effect: 'write',
  needs: 'home',
  commandLineOnly: true,
  input: z.object({}),
  output: z.object({
    state: z
      .enum(['stopped', 'none', 'busy'])
      .describe('`none`: there was none; `busy`: it ends when its runs have ended.'),
    unattended: z
      .array(z.string())
      .describe('Approved changes that wait for a time: they merge when a supervisor runs again then (`runs resume`).'),
  }),
  examples: [
    {
      command: 'orchestrate supervisor stop',
      explains: 'Leave no process of orchestrate behind, production excepted.',
    },
  ],
  async run(app) {
    const { ledger } = await app.installation();
    const { clock } = app.outside;
    const unattended = allChanges(ledger)
      .filter(({ state, held }) => state === 'queued.holding' && timeHolds.has(held?.code ?? ''))
      .map(({ change }) => change);
    if (!(await ledger.isHeld())) return { state: 'none' as const, unattended };
    await app.ask('supervisor.stop', { by: personOf(app) });
    const startedMs = clock.monotonicMs();
    while (await ledger.isHeld()) {
      if (clock.monotonicMs() - startedMs > waitMs) return { state: 'busy' as const, unattended };
      await clock.sleep(50);
    }
    return { state: 'stopped' as const, unattended };
  },
});
