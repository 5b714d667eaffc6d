import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { nextActionSchema } from '../views/next-action.ts';
import { installationActions, runActions } from '../views/next-actions-view.ts';
import { runView } from '../views/run-view.ts';
import { runIdField } from './_inputs.ts';

/** `orchestrate next-actions [run]` */
export const nextActions = defineOperation({
  name: 'next-actions',
  summary: 'List what is open and what to type for it, most pressing first.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    run: runIdField.nullable().default(null).describe('Only what follows from this run.'),
  }),
  output: z.object({
    actions: z.array(nextActionSchema).describe('Most pressing first; empty: nothing is open.'),
  }),
  positional: ['run'],
  examples: [
    { command: 'orchestrate next-actions', explains: 'What waits for somebody anywhere in the installation.' },
    { command: 'orchestrate next-actions r12', explains: 'What can be done after run r12.' },
  ],
  async run(app, { run }) {
    const { ledger } = await app.installation();
    if (run === null) return { actions: [...installationActions(ledger)] };
    const view = runView(ledger, run);
    if (view === undefined) throw new Fault('RUN_NOT_FOUND', `There is no run ${run}.`);
    return { actions: [...runActions(ledger, view)] };
  },
});
