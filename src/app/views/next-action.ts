import { z } from 'zod';

/** Something that a person could do now, and the row that says why. */
export const nextActionSchema = z.object({
  sentence: z.string().describe('What is open, or what can be done.'),
  command: z.string().describe('The command to type.'),
  row: z.number().describe('Journal row that says so.'),
});
export type NextAction = z.infer<typeof nextActionSchema>;
