import { z } from 'zod';

import { defineAction } from './_context.ts';

const output = z.object({
  /** Restore point of the merge that an undo would take back; null: there is none, or `blocked` says why not. */
  point: z.string().nullable(),
  title: z.string().nullable(),
  mergedAtMs: z.number().nullable(),
  moves: z.array(z.string()),
  began: z.array(z.object({ key: z.string(), sentence: z.string(), atMs: z.number(), row: z.number().int() })),
  /** Where an undo leads. */
  backTo: z.string().nullable(),
  blocked: z.string().nullable(),
  isSuspect: z.boolean(),
});

/**
 * Holds the newest merge against the alerts: whether kinds of trouble began after it that there were not before. Says when, not why.
 * Changes nothing.
 */
export const mergeSuspect = defineAction({
  id: 'merge.suspect',
  summary: 'Say whether trouble began after the newest merge',
  effect: 'read',
  input: z.object({}),
  output,
  async run({ service }) {
    const { moves, began, ...found } = await service.suspect();
    return { ...found, moves: [...moves], began: [...began], isSuspect: found.point !== null && began.length > 0 };
  },
  describe: ({ point, title, began, blocked }) =>
    point === null
      ? (blocked ?? 'there is no merge to undo')
      : began.length === 0
        ? `no kind of trouble began after ${point} (${title})`
        : `after ${point} (${title}) began: ${began.map(({ sentence, row }) => `${sentence} (#${row})`).join(' ')}`,
});
