import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { previewSync } from '../../engine/scale/sync.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { saidYesField, seenPlanField } from './_inputs.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate trees sync` */
export const treesSync = defineOperation({
  name: 'trees sync',
  summary: 'Make the folders below trees/ agree with the definitions.',
  description:
    'Half-made slots, slots beyond the number that a tree has, and slots of trees that are gone are moved to trash, when no run holds them, they have no edits and their commit is on the branch. What is not there is made by the first run that needs it. Folders that we did not make are named and left alone. What is shown is what is executed.',
  effect: 'destroy',
  needs: 'home',
  asksFirst: true,
  input: z.object({
    dryRun: z.boolean().default(false).describe('Show what would be moved and move nothing.'),
    yes: saidYesField,
    plan: seenPlanField,
  }),
  output: z.object({
    state: z.enum(['planned', 'synced', 'nothing']).describe('`planned`: nothing was moved yet.'),
    hash: z.string().describe('Names the plan: what is shown is what is executed.'),
    steps: z
      .array(
        z.object({
          slot: z.string().describe('Folder below `trees/`.'),
          act: z.enum(['keep', 'on-demand', 'leave', 'trash']).describe('What is done about it.'),
          reason: z.string().describe('Why.'),
        }),
      )
      .describe('By name.'),
    row: z.number().nullable().describe('Journal row that holds it, once it was done.'),
  }),
  confirm: (input, planned) => ({ ...input, plan: planned.hash }),
  examples: [
    { command: 'orchestrate trees sync --dry-run', explains: 'What would be moved, and what stays and why.' },
    { command: 'orchestrate trees sync', explains: 'Show it, ask, and do it.' },
  ],
  async run(app, { dryRun, yes, plan: seen }) {
    const installation = await app.installation();
    const { hash, steps } = await previewSync({ ...installation, outside: app.outside });
    if (seen !== null && !hash.startsWith(seen))
      throw new Fault('CHANGE_MOVED', 'What would be done below trees/ is something else now than what you saw.', {
        hints: ['orchestrate trees sync --dry-run'],
        state: 'Nothing was moved.',
      });
    const isNothing = steps.every(({ act }) => act !== 'trash');
    const shown = { hash, steps: steps.map(({ slot, act, reason }) => ({ slot, act, reason })) };
    if (isNothing || dryRun || !yes)
      return { state: isNothing ? ('nothing' as const) : ('planned' as const), ...shown, row: null };
    await app.ask('trees.sync', { hash, by: personOf(app) });
    const row = newest(installation.ledger, 'trees.synced', 'trees-synced');
    if (row === undefined) throw new Error('what was moved is not on record');
    const done = row.data.steps.map(({ slot, act, reason }) => ({ slot, act, reason }));
    return { state: 'synced' as const, hash, steps: done, row: row.seq };
  },
});
