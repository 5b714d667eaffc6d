import { defineOperation } from '../operation.ts';
import { checkFiles, checkInput, checkOutput } from './_definitions.ts';

/** `orchestrate trees check` */
export const treesCheck = defineOperation({
  name: 'trees check',
  summary: 'Check the files of all trees, and tell everything that is wrong at once.',
  description:
    'Each with file, line and column, the line itself, and what to write instead. What files say about each other is checked too. Nothing is changed.',
  effect: 'read',
  needs: 'home',
  input: checkInput,
  output: checkOutput,
  positional: ['file'],
  examples: [
    { command: 'orchestrate trees check', explains: 'All files in trees, and the built-in ones.' },
    { command: 'orchestrate trees check ~/mine.yaml', explains: 'One file, before it is brought here.' },
  ],
  run: (app, { file }) => checkFiles(app, 'trees', file),
});
