import { z } from 'zod';

import type { Ledger } from '../../ports/index.ts';
import { newest } from './journal-reader.ts';

export const freezeSchema = z.object({
  isFrozen: z.boolean().describe('No run, agent or change is worked on until `thaw`.'),
  by: z.string().nullable().describe('Who froze or thawed it last; null: nobody ever did.'),
  reason: z.string().nullable().describe('Why, in the words of who froze it.'),
  production: z.string().nullable().describe('What came of stopping production too; null: that was not asked for.'),
  runs: z.array(z.string()).describe('Runs that were held by the last freeze.'),
  stopped: z.array(z.string()).describe('Programs that the last freeze ended, by what they worked for.'),
  leases: z
    .array(z.object({ run: z.string(), slot: z.string().nullable(), port: z.number() }))
    .describe('Slots and ports that its runs kept.'),
  ending: z.array(z.string()).describe('What could not be broken off, and went on to its end.'),
  durationMs: z.number().nullable().describe('Time until everything was at rest, or null.'),
});
export type FreezeView = z.infer<typeof freezeSchema>;

/** Returns the last freeze, as the journal tells it. */
export function freezeView(ledger: Ledger): FreezeView {
  const set = newest(ledger, 'freeze.set', 'freeze')?.data;
  const done = newest(ledger, 'freeze.done', 'freeze:done')?.data;
  return {
    isFrozen: set?.isFrozen === true,
    by: set?.by.name ?? null,
    reason: set?.reason ?? null,
    production: set?.production ?? null,
    runs: [...(done?.runs ?? [])],
    stopped: [...(done?.stopped ?? [])],
    leases: (done?.leases ?? []).map((one) => ({ ...one })),
    ending: [...(done?.ending ?? [])],
    durationMs: done?.durationMs ?? null,
  };
}
