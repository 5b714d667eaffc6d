import { z } from 'zod';

const refSchema = z.object({ key: z.string(), version: z.number() });

/** A session of an agent that is not ours, as it is kept in memory. What it says of itself is a claim; `row` names what is on record. */
export const sessionSchema = z.object({
  id: z.string().describe('Its id, as it was given.'),
  startedAtMs: z.number().nullable().describe('When it began; null: nobody said.'),
  endedAtMs: z.number().describe('When it was saved, in milliseconds since 1970.'),
  by: z.string().describe('Who it was, by login or attempt.'),
  summary: z.string().nullable().describe('What it says of itself.'),
  tasks: z
    .array(
      z.object({
        task: z.string(),
        description: z.string(),
        state: z.enum(['begun', 'ended']),
        success: z.boolean().nullable(),
        row: z.number(),
      }),
    )
    .describe('What it worked on.'),
  files: z.array(z.object({ path: z.string(), state: z.enum(['opened', 'done']), row: z.number() })),
  checkpoints: z.array(z.object({ ref: z.string(), description: z.string(), row: z.number() })),
  memory: z.array(refSchema).describe('Entries that it wrote.'),
  metrics: z
    .object({
      nTasks: z.number(),
      nFiles: z.number(),
      nCommands: z.number(),
      nFailed: z.number(),
      spanMs: z.number().nullable(),
    })
    .nullable()
    .describe('Figures, where they were asked for.'),
  next: z.array(z.object({ what: z.string(), command: z.string().nullable() })).describe('What was open then.'),
});
export type HookSession = z.infer<typeof sessionSchema>;
