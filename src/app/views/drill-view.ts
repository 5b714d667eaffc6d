import { z } from 'zod';

import { drillParts } from '../../domain/restore/drill.ts';
import { faultSchema } from './fault-view.ts';
import { newest, type JournalReader } from './journal-reader.ts';

/** What came of a drill, as outputs carry it. */
export const drillSchema = z
  .object({
    point: z.string().describe('Name of the restore point.'),
    run: z.string().describe('Run that did it.'),
    comesBack: z.boolean().describe('Every part held.'),
    parts: z
      .array(
        z.object({
          part: z.enum(drillParts).describe('What was done.'),
          durationMs: z.number().describe('How long it took.'),
          sentence: z.string().describe('What was seen.'),
        }),
      )
      .describe('Parts that held, in order.'),
    notProven: z.array(z.string()).describe('What was not seen.'),
    fault: faultSchema.nullable().describe('Why it does not come back, or null.'),
    durationMs: z.number().describe('Time of its parts together.'),
    atMs: z.number().describe('When it ended, in milliseconds since 1970.'),
    row: z.number().describe('Journal row that holds it.'),
  })
  .describe('A restore point brought back in folders of its own, to see whether it can be.');
export type DrillView = z.infer<typeof drillSchema>;

/** The newest drill of a key, `drill:<number>` or `drill-of:<run>`, or null. */
export function drillView(reader: JournalReader, key: string): DrillView | null {
  const found = newest(reader, 'restore.drilled', key);
  if (found === undefined) return null;
  const { name, run, parts, notProven, fault } = found.data;
  return {
    point: name,
    run,
    comesBack: fault === null,
    parts: parts.map((part) => ({ ...part })),
    notProven: [...notProven],
    fault,
    durationMs: parts.reduce((sum, { durationMs }) => sum + durationMs, 0),
    atMs: found.atMs,
    row: found.seq,
  };
}
