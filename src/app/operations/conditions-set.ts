import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { findDurationMs } from '../../domain/definitions/units.ts';
import { defineOperation } from '../operation.ts';
import { conditionSchema } from '../views/condition-view.ts';
import { conditionNameField, loadCondition } from './_conditions.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate conditions set <name>` */
export const conditionsSet = defineOperation({
  name: 'conditions set',
  summary: 'Say that a condition holds from now on; steps that wait for it go on.',
  description:
    'It holds until it is cleared or its time is over. What is called approved is said by a person who may approve; an agent sets conditions of its own tree only, and names the rows that they rest on.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    name: conditionNameField,
    because: z
      .array(z.string().min(1))
      .default([])
      .describe('What it rests on: words, or journal rows like `#123`; may be given several times.'),
    for: z.string().nullable().default(null).describe('How long it holds, e.g. `2h`; left out: until it is cleared.'),
  }),
  output: conditionSchema,
  positional: ['name'],
  examples: [
    {
      command:
        'orchestrate conditions set ops-maint:maintenance_window_approved --for 2h --because "nobody renders now"',
      explains: 'Steps that wait for a maintenance window go on, for two hours.',
    },
  ],
  async run(app, { name, because, for: span }) {
    const expiresAtMs = span === null ? null : app.outside.clock.nowMs() + requireSpan(span);
    await app.ask('condition.set', { name, evidence: because, expiresAtMs, by: personOf(app) });
    return loadCondition(app, name);
  },
});

function requireSpan(text: string): number {
  const ms = findDurationMs(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new Fault('USAGE_BAD_ARGUMENT', '--for has to be a time like 90s, 10m, 2h or 3d.', {
    hints: ['orchestrate conditions set --help'],
    state: 'Nothing was changed.',
  });
}
