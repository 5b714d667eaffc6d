import { defineOperation } from '../operation.ts';
import { checkFiles, checkInput, checkOutput } from './_definitions.ts';

/** `orchestrate playbooks check` */
export const playbooksCheck = defineOperation({
  name: 'playbooks check',
  summary: 'Check the files of all playbooks, and tell everything that is wrong at once.',
  description:
    'Each with file, line and column, the line itself, and what to write instead. What files say about each other is checked too. Nothing is changed.',
  effect: 'read',
  needs: 'home',
  input: checkInput,
  output: checkOutput,
  positional: ['file'],
  examples: [
    { command: 'orchestrate playbooks check', explains: 'All files in playbooks, and the built-in ones.' },
    { command: 'orchestrate playbooks check ~/mine.yaml', explains: 'One file, before it is brought here.' },
  ],
  run: (app, { file }) => checkFiles(app, 'playbooks', file),
});
