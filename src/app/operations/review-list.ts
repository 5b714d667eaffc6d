import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { allChanges } from '../views/change-view.ts';
import { machineState } from '../views/machine-state.ts';

/** `orchestrate review list` */
export const reviewList = defineOperation({
  name: 'review list',
  summary: 'List changes that wait for a person.',
  effect: 'read',
  everyday: true,
  needs: 'home',
  input: z.object({ all: z.boolean().default(false).describe('Also changes that wait for nobody.') }),
  output: z.object({
    changes: z
      .array(
        z.object({
          change: z.string().describe('Its id, e.g. `c9`.'),
          run: z.string().describe('Run that made it.'),
          title: z.string().describe('What it does.'),
          tree: z.string().describe('Tree that proposes it.'),
          state: z.string().describe('Where it is.'),
          isWaiting: z.boolean().describe('It waits for a person.'),
          risk: z.enum(['low', 'medium', 'high']).describe('Risk tier.'),
          nFiles: z.number().describe('Files that it touches.'),
          notProven: z.array(z.string()).describe('What was not proven.'),
          sinceMs: z.number().nullable().describe('Since when it is there, in milliseconds since 1970.'),
        }),
      )
      .describe('Newest first.'),
  }),
  examples: [
    { command: 'orchestrate review list', explains: 'What waits for you.' },
    { command: 'orchestrate review list --all', explains: 'Every change there was.' },
  ],
  async run(app, { all }) {
    const { ledger } = await app.installation();
    const changes = allChanges(ledger)
      .filter(({ isWaiting }) => all || isWaiting)
      .map(({ change, run, title, tree, state, isWaiting, risk, paths, notProven }) => ({
        change,
        run,
        title,
        tree,
        state,
        isWaiting,
        risk,
        nFiles: paths.length,
        notProven,
        sinceMs: machineState(ledger, change)?.atMs ?? null,
      }));
    return { changes };
  },
});
