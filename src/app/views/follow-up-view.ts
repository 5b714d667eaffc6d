import { z } from 'zod';

import { entriesOf, rowOf, type JournalReader } from './journal-reader.ts';

/** Something that was passed over in an emergency. */
export const followUpSchema = z.object({
  id: z.string().describe('Its id, e.g. `f1`.'),
  change: z.string().describe('The change that was let through.'),
  by: z.string().describe('Who broke the glass.'),
  reason: z.string().describe('Why.'),
  overrode: z.array(z.string()).describe('What was passed over.'),
  atMs: z.number().describe('When, in milliseconds since 1970.'),
  row: z.number().describe('Journal row that holds it.'),
  closed: z
    .object({ by: z.string(), comment: z.string(), atMs: z.number(), row: z.number() })
    .nullable()
    .describe('Who looked at it, and what they found; null while it is open.'),
});
export type FollowUpView = z.infer<typeof followUpSchema>;

/** Returns every follow-up, oldest first. */
export function followUps(reader: JournalReader): readonly FollowUpView[] {
  const found = new Map<string, FollowUpView>();
  for (const entry of entriesOf(reader, { key: 'glass' })) {
    const broken = rowOf('glass.broken', entry);
    if (broken !== undefined) {
      const { id, change, by, reason, overrode } = broken.data;
      found.set(id, {
        ...{ id, change, by: by.name, reason, overrode: [...overrode] },
        ...{ atMs: broken.atMs, row: broken.seq, closed: null },
      });
    }
    const closed = rowOf('followup.closed', entry);
    const before = closed === undefined ? undefined : found.get(closed.data.id);
    if (closed === undefined || before === undefined) continue;
    const { by, comment } = closed.data;
    found.set(before.id, { ...before, closed: { by: by.name, comment, atMs: closed.atMs, row: closed.seq } });
  }
  return [...found.values()];
}
