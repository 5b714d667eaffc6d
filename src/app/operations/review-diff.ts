import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { changeDiff, diffSchema } from './_change-diff.ts';
import { changeIdField } from './_inputs.ts';

/** `orchestrate review diff <change>` */
export const reviewDiff = defineOperation({
  name: 'review diff',
  summary: 'Show what a change does to the files.',
  description:
    'The difference between the branch and the exact tree that would merge, made without attributes, filters or drivers: it is what merges, byte for byte. Control characters, marks of writing direction and names that only look alike are shown as escapes. Binary files are told by their sizes; a large file, and a long diff, in pages.',
  effect: 'read',
  everyday: true,
  needs: 'home',
  input: z.object({
    change: changeIdField.describe('Its id, e.g. `c9`.'),
    path: z.string().min(1).nullable().default(null).describe('Only this file, however large.'),
    stat: z.boolean().default(false).describe('Only the files, their sizes and how many lines come and go.'),
    page: z.number().int().min(1, 'has to be at least 1').default(1).describe('Which page of a long diff.'),
  }),
  output: diffSchema,
  positional: ['change'],
  examples: [
    { command: 'orchestrate review diff c9', explains: 'The files of change c9, line by line.' },
    { command: 'orchestrate review diff c9 --stat', explains: 'Which files, how large, how many lines.' },
    { command: 'orchestrate review diff c9 --path requirements.lock', explains: 'One file.' },
  ],
  run: (app, question) => changeDiff(app, question),
});
