import { z } from 'zod';

import { describePlan } from '../../domain/plans/describe.ts';
import { stepTerms } from '../../domain/plans/step-terms.ts';
import { unsandboxedBadge } from '../../domain/walls/unsandboxed.ts';
import { newest, type JournalReader } from './journal-reader.ts';

const moveSchema = z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() });

/** A plan as outputs carry it. */
export const planSchema = z
  .object({
    hash: z.string().describe('Hash of everything that decides what will happen; an approval names it.'),
    playbook: z.string().describe('Playbook that carries the goal out.'),
    score: z
      .number()
      .describe('Share of the words of the goal that the playbook explains, 0 to 1; 0 when the playbook was named.'),
    tree: z.string().describe('Tree that the work happens in.'),
    risk: z.enum(['low', 'medium', 'high']).describe('Risk tier of the playbook.'),
    base: z.string().describe('Commit that the work starts from.'),
    model: z.string().nullable().describe('Language model that planned, or null.'),
    lines: z.array(z.string()).describe('The plan in plain English.'),
    steps: z
      .array(
        z.object({
          id: z.string(),
          title: z.string(),
          action: z.string(),
          agent: z.string(),
          needs: z.array(z.string()),
          terms: z.array(z.string()).describe('Whether, for what and on whose yes it is done; empty where it just is.'),
        }),
      )
      .describe('Steps in order.'),
    moves: z.array(moveSchema).describe('Packages that come, go or change.'),
    rejected: z
      .array(z.object({ name: z.string(), version: z.string(), why: z.string() }))
      .describe('Versions that were not chosen, and why.'),
    estimates: z
      .object({
        downloadBytes: z.number().nullable(),
        diskBytes: z.number().nullable(),
        diskFreeBytes: z.number(),
        minutes: z.number(),
        productionDownSeconds: z.number(),
        costUsd: z.number(),
      })
      .describe('What it will cost; null where nobody knows.'),
    warnings: z.array(z.string()).describe('What to know before saying yes.'),
    brokenPromises: z
      .array(
        z.object({
          pack: z.string().describe('Node pack, or package, that asks.'),
          requirement: z.string().describe('What it asks for.'),
          chosen: z.string().nullable().describe('What is there instead, or null when nothing is.'),
        }),
      )
      .describe('What node packs ask for and do not get.'),
    row: z.number().describe('Journal row that holds the plan.'),
  })
  .describe('What will happen, as previewed.');
export type PlanView = z.infer<typeof planSchema>;

/** Returns the plan of a run, or null while there is none. */
export function planView(reader: JournalReader, run: string): PlanView | null {
  const made = newest(reader, 'plan.made', `plan:${run}`);
  if (made === undefined) return null;
  const { plan } = made.data;
  return {
    hash: plan.hash,
    playbook: plan.playbook,
    score: plan.score,
    tree: plan.tree,
    risk: plan.risk,
    base: plan.base,
    model: plan.model,
    lines: [...(isUnsandboxed(reader, run) ? [`! ${unsandboxedBadge}`] : []), ...describePlan(plan)],
    steps: plan.steps.map((step) => {
      const { id, title, action, agent, needs } = step;
      return { id, title, action, agent, needs: [...needs], terms: [...stepTerms(step)] };
    }),
    moves: plan.moves.map((move) => ({ ...move })),
    rejected: plan.rejected.map((one) => ({ ...one })),
    estimates: { ...plan.estimates },
    warnings: [...(isUnsandboxed(reader, run) ? [unsandboxedBadge] : []), ...plan.warnings],
    brokenPromises: (plan.brokenPromises ?? []).map((one) => ({ ...one })),
    row: made.seq,
  };
}

/** Whether a person let programs of the run work without a wall. */
const isUnsandboxed = (reader: JournalReader, run: string): boolean =>
  newest(reader, 'run.created', `run:${run}`)?.data.options.unsandboxed === true;

/** Whether a line of a plan is about one step: where the steps themselves are shown these are left out. */
export const isStepLine = (line: string): boolean => /^\s*(?:\d+ |↳ )/.test(line);
