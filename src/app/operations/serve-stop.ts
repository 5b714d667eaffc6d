import { z } from 'zod';

import { dataOf } from '../../domain/journal/kinds.ts';
import { drainMs } from '../../engine/supervisor/drain.ts';
import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { watchOf } from './_schedules.ts';

/** Beyond the time to drain: to end what did not end by itself, and to write the last rows. */
const endMs = 15_000;

/** `orchestrate serve stop` */
export const serveStop = defineOperation({
  name: 'serve stop',
  summary: 'End `serve` in peace: what runs ends within a minute or is parked.',
  description:
    'As SIGTERM does. Production goes on without it; schedules do not fire and nothing is measured until it is started again. A supervisor that a command started is left alone: it ends by itself.',
  effect: 'write',
  needs: 'home',
  commandLineOnly: true,
  input: z.object({}),
  output: z.object({
    state: z.enum(['stopped', 'none', 'busy']).describe('`none`: it was not running; `busy`: it has not ended yet.'),
    finished: z.array(z.string()).describe('What was at work and went to its end.'),
    parked: z.array(z.string()).describe('What did not end in time: the next supervisor begins it again.'),
  }),
  examples: [{ command: 'orchestrate serve stop', explains: 'Before the machine is switched off, say.' }],
  async run(app) {
    const { ledger } = await app.installation();
    const { clock } = app.outside;
    if ((await watchOf(app)) !== 'stays') return { state: 'none' as const, finished: [], parked: [] };
    const afterSeq = ledger.head().seq;
    await app.ask('supervisor.drain', { by: personOf(app) });
    const startedMs = clock.monotonicMs();
    while (await ledger.isHeld()) {
      if (clock.monotonicMs() - startedMs > drainMs + endMs)
        return { state: 'busy' as const, finished: [], parked: [] };
      await clock.sleep(50);
    }
    const [drained] = ledger.read({ afterSeq, kinds: ['supervisor.drained'], descending: true, limit: 1 });
    const { finished = [], parked = [] } = dataOf('supervisor.drained', drained) ?? {};
    return { state: 'stopped' as const, finished: [...finished], parked: [...parked] };
  },
});
