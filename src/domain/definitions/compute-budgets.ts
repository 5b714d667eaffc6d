import { z } from 'zod';

/** What a budget is of. `agent` and `provider`: each of them, within a day (UTC). `day`: all together. */
export const budgetScopes = ['run', 'task', 'agent', 'provider', 'day'] as const;
export type BudgetScope = (typeof budgetScopes)[number];

/** The most that may be spent; null: as much as it takes. */
export interface Budget {
  /** Whole micro-USD. */
  readonly microUsd: number | null;
  /** Input and output together, cached ones too. */
  readonly tokens: number | null;
}
export type Budgets = Readonly<Record<BudgetScope, Budget>>;

const budgetOf = (usd: number | null) =>
  z
    .strictObject({
      usd: z.number().min(0).max(1_000_000).nullable().default(usd),
      tokens: z.number().int().min(0).max(1e12).nullable().default(null),
    })
    .prefault({});

/** Section `compute.budgets`: where nothing is written, a run and a day have a limit in money all the same. */
export const budgetsSchema = z
  .strictObject({
    run: budgetOf(5),
    task: budgetOf(null),
    agent: budgetOf(null),
    provider: budgetOf(null),
    day: budgetOf(25),
  })
  .prefault({});

/** Returns the budgets in micro-USD. */
export const budgetsOf = (written: z.output<typeof budgetsSchema>): Budgets => ({
  run: inMicroUsd(written.run),
  task: inMicroUsd(written.task),
  agent: inMicroUsd(written.agent),
  provider: inMicroUsd(written.provider),
  day: inMicroUsd(written.day),
});

const inMicroUsd = ({ usd, tokens }: { readonly usd: number | null; readonly tokens: number | null }): Budget => ({
  microUsd: usd === null ? null : Math.round(usd * 1_000_000),
  tokens,
});

/** What holds where nothing is written about models at all: a program of an agent spends money then, too. */
export const standardBudgets: Budgets = budgetsOf(budgetsSchema.parse({}));
