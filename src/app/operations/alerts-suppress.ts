import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { maxSuppressionMs } from '../../domain/alerts/suppression.ts';
import { findDurationMs } from '../../domain/definitions/units.ts';
import { defineOperation } from '../operation.ts';
import { loadSuppressions, matchField, suppressionsSchema } from './_alerts.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate alerts suppress <match>` */
export const alertsSuppress = defineOperation({
  name: 'alerts suppress',
  summary: 'Have alerts told nobody for a time; they stay on record.',
  description: 'When the time is over, what is still open is told. Thirty days at most.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    match: matchField,
    for: z.string().describe('How long, e.g. `2h` or `3d`.'),
    reason: z.string().min(1).max(500, 'has to be at most 500 characters').describe('Why.'),
  }),
  output: suppressionsSchema,
  positional: ['match'],
  examples: [
    {
      command: 'orchestrate alerts suppress "signature:s67*" --for 3d --reason "the LoRA is being retrained"',
      explains: 'Nobody is told of it for three days.',
    },
  ],
  async run(app, { match, for: span, reason }) {
    await app.ask('alert.suppress', { match, forMs: requireSpan(span), reason, by: personOf(app) });
    return loadSuppressions(app);
  },
});

function requireSpan(text: string): number {
  const ms = findDurationMs(text);
  if (ms !== undefined && ms > 0 && ms <= maxSuppressionMs) return ms;
  throw new Fault('USAGE_BAD_ARGUMENT', '--for has to be a time like 10m, 2h or 3d, thirty days at most.', {
    hints: ['orchestrate alerts suppress --help'],
    state: 'Nothing was changed.',
  });
}
