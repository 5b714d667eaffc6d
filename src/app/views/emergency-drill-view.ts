import { z } from 'zod';

import { emergencies } from '../../domain/emergencies/emergency.ts';

const span = (what: string) =>
  z
    .object({
      ms: z.number().nullable().describe('Milliseconds; null: no row shows its end, so it is not proven.'),
      rows: z.array(z.number()).describe('Rows of the journal of the drill’s installation, which is gone.'),
      sentence: z.string().describe('What those rows say.'),
    })
    .describe(what);

/** What came of the drill of one emergency, as the program that made it tells. */
export const emergencyDrillSchema = z.object({
  fault: z.enum(emergencies).describe('The emergency that was made.'),
  ok: z
    .boolean()
    .describe('It was detected, answered well by its own playbook, works again, and nothing of it is left.'),
  made: z.string().describe('What was made wrong.'),
  detect: span('From the fault, by this machine’s clock, to the row of the alert.'),
  decide: span('From that row to the first row of the run that answers it.'),
  recover: span('From there to the row that shows that it is over.'),
  chosen: z.string().nullable().describe('The playbook that was chosen; null: none.'),
  steps: z
    .array(z.object({ id: z.string(), sentence: z.string(), row: z.number() }))
    .describe('What the run did, by its rows.'),
  asked: z
    .array(z.object({ sentence: z.string(), did: z.string() }))
    .describe('What a person would have been asked, and what the drill did in their place.'),
  unasked: z.string().nullable().describe('What a person did with their own hands without being asked; null: nothing.'),
  worksAgain: z.boolean().describe('A prompt ended well afterwards, seen from outside.'),
  problem: z.string().nullable().describe('What went wrong on the way, or null.'),
  tookMs: z.number().describe('All of it, with making the installation and removing it.'),
  stopped: z.number().describe('Processes that did not end when asked, and were stopped.'),
  left: z.number().describe('Processes that are left: none, or something is wrong.'),
});
export type EmergencyDrill = z.infer<typeof emergencyDrillSchema>;

/** A line of the file in which that program tells what goes on. */
export const drillLineSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('told'), fault: z.string(), sentence: z.string() }),
  z.object({ kind: z.literal('drilled'), report: emergencyDrillSchema }),
]);
