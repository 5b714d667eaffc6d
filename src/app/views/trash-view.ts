import { z } from 'zod';

import type { TrashItem } from '../../domain/removal/trash.ts';

/** A thing in the trash as outputs carry it. */
export const trashSchema = z
  .object({
    id: z.string().describe('E.g. `t3fa91c07`.'),
    what: z
      .enum(['slot', 'slot-files', 'environment', 'instance', 'packages', 'outside', 'found'])
      .describe(
        '`slot`: a whole one; `slot-files`: single files of one that was prepared anew; `outside`: copies of a discarded outside change; `found`: without a record.',
      ),
    name: z.string().describe('Slot, environment, instance or outside change.'),
    from: z.string().nullable().describe('Absolute path at which it lay; null: nothing says.'),
    place: z.string().describe('Absolute path at which it lies.'),
    why: z.string().describe('Why it was moved.'),
    run: z.string().nullable().describe('Run that it was in the way of, or null.'),
    by: z.string().describe('Who moved it.'),
    atMs: z.number().describe('When, in milliseconds since 1970.'),
    sizeBytes: z.number().describe('Bytes in its folder when it was moved.'),
    state: z.enum(['there', 'restored', 'emptied']).describe('Whether it is still in the trash.'),
    ref: z.string().nullable().describe('Backup ref in the trusted store, or null.'),
    commits: z.array(z.string()).describe('Commits that nothing else named; the backup holds them.'),
    holdsWork: z.boolean().describe('Something of it is on no branch: it never goes by itself.'),
    leftOut: z
      .array(z.object({ path: z.string(), reason: z.string() }))
      .describe('Files that the backup does not hold: they lie in the folder alone.'),
    row: z.number().describe('Journal row that holds it.'),
  })
  .describe('A thing in the trash.');
export type TrashView = z.infer<typeof trashSchema>;

/** Returns a thing of the trash for outputs. `hasRef`: whether its backup is there now. */
export function trashView(item: TrashItem, hasRef: boolean): TrashView {
  const { id, what, name, from, place, why, run, by, atMs, sizeBytes, state, commits, holdsWork, row } = item;
  return {
    ...{ id, what, name, from, place, why, run, atMs, sizeBytes, state, holdsWork, row },
    by: by.name,
    ref: hasRef ? item.ref : null,
    commits: [...commits],
    leftOut: item.leftOut.map((one) => ({ ...one })),
  };
}
