import { defineOperation } from '../operation.ts';
import { checkFiles, checkInput, checkOutput } from './_definitions.ts';

/** `orchestrate agents check` */
export const agentsCheck = defineOperation({
  name: 'agents check',
  summary: 'Check the files of all agents, and tell everything that is wrong at once.',
  description:
    'Each with file, line and column, the line itself, and what to write instead. What files say about each other is checked too. Nothing is changed.',
  effect: 'read',
  needs: 'home',
  input: checkInput,
  output: checkOutput,
  positional: ['file'],
  examples: [
    { command: 'orchestrate agents check', explains: 'All files in agents, and the built-in ones.' },
    { command: 'orchestrate agents check ~/mine.md', explains: 'One file, before it is brought here.' },
  ],
  run: (app, { file }) => checkFiles(app, 'agents', file),
});
