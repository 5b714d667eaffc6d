import { z } from 'zod';

/** One thing that was looked at. */
export const checkSchema = z.object({
  id: z.string().describe('What was looked at.'),
  ok: z.boolean().describe('It is good.'),
  fact: z.string().describe('What was seen.'),
  hint: z.string().nullable().describe('What to do about it, or null.'),
});

/** A disagreement as outputs carry it. */
export const findingSchema = z.object({
  id: z.string().describe('The same as long as the disagreement is.'),
  area: z.string().describe('What was looked at.'),
  severity: z
    .enum(['error', 'warning', 'note'])
    .describe('`error`: something does not work; `warning`: to be put right; `note`: to be known.'),
  sentence: z.string().describe('What does not agree.'),
  evidence: z.array(z.string()).describe('Paths, journal rows and ids that say so.'),
  repair: z
    .discriminatedUnion('kind', [
      z.object({
        kind: z.literal('safe'),
        act: z.string().describe('What `--fix` does.'),
        subject: z.string().describe('To what.'),
        does: z.string().describe('The same in words.'),
      }),
      z.object({
        kind: z.literal('by-hand'),
        does: z.string().describe('What a person has to do.'),
        command: z.string().nullable().describe('What to type, or null.'),
      }),
    ])
    .describe('What puts it right.'),
});

/** What became of one repair. */
export const fixedSchema = z.object({
  id: z.string().describe('Of the finding.'),
  outcome: z
    .enum(['repaired', 'gone', 'moved', 'failed'])
    .describe('`gone`: it was so no longer; `moved`: it was something else by then, and was left.'),
  sentence: z.string().describe('What was done, or why not.'),
});
