import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { findDurationMs } from '../../domain/definitions/units.ts';
import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';
import { loadService, serviceOutput, slotField } from './_service.ts';

/** `orchestrate service start` */
export const serviceStart = defineOperation({
  name: 'service start',
  summary: 'Start production from the branch, or the files of a slot to look at.',
  description:
    'With --slot the files of the slot, as they are, are started on a port of their own, on the CPU, and stopped by themselves after the time of --for. The slot itself is not touched; while a run works in it, this is refused.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    slot: slotField,
    for: z.string().default('30m').describe('With --slot: how long at most, from 1m to 24h.'),
  }),
  output: serviceOutput,
  examples: [
    { command: 'orchestrate service start', explains: 'Start ComfyUI from what is merged.' },
    {
      command: 'orchestrate service start --slot env-setup@2 --for 1h',
      explains: 'See what is being worked on there, before it is a change.',
    },
  ],
  async run(app, { slot, for: span }) {
    const by = personOf(app);
    if (slot === null) await app.ask('service.start', { by });
    else await app.ask('service.show', { slot, forMs: requireSpan(span), by });
    return loadService(app, slot);
  },
});

const [leastMs, mostMs] = [60_000, 24 * 3_600_000];

function requireSpan(text: string): number {
  const ms = findDurationMs(text);
  if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms;
  throw new Fault('USAGE_BAD_ARGUMENT', `--for ${JSON.stringify(text.slice(0, 40))} is no time from 1m to 24h.`, {
    state: 'Nothing was started.',
    hints: ['orchestrate service start --slot env-setup --for 30m'],
  });
}
