import { z } from 'zod';

import { priorities } from '../../domain/queue/rank.ts';
import { defineOperation } from '../operation.ts';
import { runIdField } from './_inputs.ts';
import { personOf, requireRun } from './_run-output.ts';

/** `orchestrate runs priority <run> <level>` */
export const runsPriority = defineOperation({
  name: 'runs priority',
  summary: 'Say how soon a run is wanted.',
  description:
    'It counts where runs wait in line: for a slot, and for their turn to merge. One step counts as much as half an hour of ' +
    'waiting, so that nothing waits for ever. A run that is merging, or has merged, is not changed any more.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    run: runIdField.describe('Its id, e.g. `r12`.'),
    level: z.enum(priorities).describe('low, normal, high or critical.'),
  }),
  output: z.object({
    run: z.string().describe('The run.'),
    level: z.enum(priorities).describe('Its priority now.'),
    sentence: z.string().describe('What was done.'),
  }),
  positional: ['run', 'level'],
  examples: [
    { command: 'orchestrate runs priority r12 high', explains: 'Let r12 go before what came half an hour earlier.' },
  ],
  async run(app, { run, level }) {
    await requireRun(app, run);
    const { sentence } = await app.ask('run.prioritise', { run, to: level, by: personOf(app) });
    return { run, level, sentence };
  },
});
