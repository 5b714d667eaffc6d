import { z } from 'zod';

import type { SpecialistTool } from '../tool.ts';

/** What an agent says of its own work when it ends. A claim. */
export const finishInput = z.object({
  summary: z.string().min(1).max(4_000).describe('What you did or found, for the person who asked.'),
  evidence: z.array(z.string().max(300)).max(50).default([]).describe('Paths, rows (#12) or commands that show it.'),
  outcome: z.enum(['done', 'nothing']).default('done').describe('nothing: there was nothing to do, or you could not.'),
});

/** The tool with which an agent ends its work. It changes nothing: who runs the agent reads what was said. */
export const finish = (): SpecialistTool => ({
  name: 'finish',
  description: 'End your work and say what came of it. Call it alone, last, and once.',
  effect: 'read',
  input: finishInput,
  async call(input) {
    const parsed = finishInput.safeParse(input);
    return parsed.success
      ? { isError: false, text: 'Your work is taken.', data: parsed.data }
      : { isError: true, text: `That does not fit:\n${z.prettifyError(parsed.error)}` };
  },
});
