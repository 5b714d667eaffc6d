import { z } from 'zod';

import { durationField } from '../../domain/definitions/units.ts';
import { costGroups, costsOf } from '../../domain/spending/cost-table.ts';
import { budgetLevels } from '../../engine/spending/limits.ts';
import { spendingRows } from '../../engine/spending/spending-rows.ts';
import { defineOperation } from '../operation.ts';
import { costSchema } from '../views/cost-view.ts';
import { runIdField } from './_inputs.ts';

/** `orchestrate cost` */
export const cost = defineOperation({
  name: 'cost',
  summary: 'Show what language models cost: by run, step, agent, provider, model or day.',
  description:
    'From the journal: every call is there with its tokens of each kind, the prices of that day and who really answered. Tokens read from a cache and written to it are told apart. Where a subscription pays, tokens are shown and money by list price. A call that was cut or lost counts with all that was held back for it.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    by: z.enum(costGroups).default('run').describe('What it is told by.'),
    since: durationField({ least: '1m', most: '3650d' })
      .nullable()
      .default(null)
      .describe('How far back: `7d`; left out: all.'),
    run: runIdField.nullable().default(null).describe('Only what this run cost, e.g. `r12`.'),
  }),
  output: z.object({
    by: z.enum(costGroups),
    sinceMs: z.number().nullable().describe('Calls from then on, in milliseconds since 1970; null: all.'),
    rows: z.array(costSchema.extend({ name: z.string() })).describe('In the order in which they first spent.'),
    total: costSchema,
    budgets: z
      .array(
        z.object({
          scope: z.string().describe('`run`, `task`, `agent`, `provider`, `day`.'),
          name: z.string(),
          unit: z.enum(['microUsd', 'tokens']),
          limit: z.number(),
          spent: z.number().describe('With what is held back.'),
        }),
      )
      .describe('Budgets with a limit, of today and of the run that was asked for.'),
  }),
  examples: [
    { command: 'orchestrate cost', explains: 'What each run cost.' },
    { command: 'orchestrate cost --by day --since 7d', explains: 'The last week, day by day.' },
    { command: 'orchestrate cost --run r12 --by model --json', explains: 'One run by model, for a program.' },
  ],
  async run(app, { by, since, run }) {
    const { ledger, config, definitions } = await app.installation();
    const nowMs = app.outside.clock.nowMs();
    const sinceMs = since === null ? null : nowMs - since;
    const question = { sinceMs: sinceMs ?? 0, run } as const;
    const { groups, total } = costsOf(spendingRows(ledger), { by, ...question });
    const rows = [...groups].map(([name, one]) => ({ name, ...one }));
    return { by, sinceMs, rows, total, budgets: [...budgetLevels({ ledger, config, definitions }, { nowMs, run })] };
  },
});
