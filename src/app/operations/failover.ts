import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { type FailoverPlan, planFailover, requireDead, runsWithSlots } from '../../engine/scale/failover.ts';
import type { App } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { saidYesField, seenPlanField } from './_inputs.ts';
import { findStuck, overtake } from './_overtake.ts';
import { personOf } from './_run-output.ts';

const planSchema = z.object({
  run: z.string(),
  hash: z.string().describe('Names the plan: what is shown is what is executed.'),
  isDead: z.boolean().describe('An attempt of it is dead, and none is at work.'),
  from: z.object({ slot: z.string(), port: z.number() }).describe('Where it works.'),
  to: z.string().nullable().describe('Slot that would take over; null: none is free.'),
  nFiles: z.number().describe('Files that the slot has changed, kept and brought along.'),
  isKept: z.boolean().describe('Its files can be stored.'),
  attempts: z
    .array(
      z.object({
        attempt: z.string(),
        verdict: z.enum(['dead', 'alive', 'at rest']),
        signs: z.array(z.string()).describe('What speaks for it.'),
      }),
    )
    .describe('Steps that have begun and are not done.'),
});

/** `orchestrate failover [run|slot]` */
export const failover = defineOperation({
  name: 'failover',
  summary: 'Show work whose agent is dead, and let it go on in another slot.',
  description:
    'A step counts as dead only when two signs that do not depend on each other say so: a program of it was ended by a signal that was not ours and the step failed with it; or it is over its time, and for five minutes neither a file nor a row nor a program of it moved. First the slot’s files are kept under refs/orchestrate/edits, then another slot and port are leased, the files are brought there, and a new attempt goes on. What the old one still reports is recorded, never applied. A supervisor that is stopped (SIGSTOP, a debugger) and answers nothing is overtaken the same way: the next one goes on, and rows of the old one are refused when it wakes up. Without a run or slot: everything that works somewhere.',
  effect: 'write',
  needs: 'home',
  asksFirst: true,
  input: z.object({
    target: z.string().min(1).nullable().default(null).describe('A run, like r12, or a slot, like env-setup@2.'),
    yes: saidYesField,
    plan: seenPlanField,
  }),
  output: z.object({
    supervisor: z
      .object({
        pid: z.number(),
        epoch: z.number(),
        hash: z.string().describe('Names the take-over.'),
        signs: z.array(z.string()).describe('What speaks for its being dead.'),
      })
      .nullable()
      .describe('A supervisor that is stopped and answers nothing; it is dealt with before anything else.'),
    state: z.enum(['planned', 'done', 'nothing']).describe('`nothing`: no work is dead.'),
    runs: z.array(planSchema).describe('Runs that hold a slot, oldest first.'),
    moved: z
      .object({
        run: z.string(),
        from: z.object({ slot: z.string(), port: z.number() }),
        to: z.object({ slot: z.string(), port: z.number() }),
        ref: z.string().nullable().describe('Where the files of the dead attempt are kept.'),
        why: z.array(z.string()),
        row: z.number().describe('Journal row that says so.'),
      })
      .nullable()
      .describe('What was handed over.'),
  }),
  positional: ['target'],
  confirm: (input, planned) => {
    if (planned.supervisor !== null) return { ...input, plan: planned.supervisor.hash };
    const [first] = planned.runs.filter(({ isDead }) => isDead);
    return { ...input, target: first?.run ?? input.target, plan: first?.hash ?? null };
  },
  examples: [
    { command: 'orchestrate failover', explains: 'What works where, and whether any of it is dead.' },
    { command: 'orchestrate failover r12', explains: 'Show what would be done for r12, ask, and do it.' },
  ],
  async run(app, { target, yes, plan: seen }) {
    const stuck = await findStuck(app);
    if (stuck !== undefined) return { ...(await overtake(app, stuck, { yes, seen })), runs: [], moved: null };
    const installation = await app.installation();
    const context = { ...installation, outside: app.outside };
    const runs = target === null ? runsWithSlots(context) : [await runOf(app, target)];
    const plans: FailoverPlan[] = [];
    for (const run of runs) plans.push(await planFailover(context, run));
    const dead = plans.filter(isDead);
    const [first] = dead;
    if (target !== null && first === undefined && plans[0]) requireDead(plans[0]);
    const shown = plans.map(viewOf);
    if (first === undefined) return { supervisor: null, state: 'nothing' as const, runs: shown, moved: null };
    if (seen !== null && !first.hash.startsWith(seen))
      throw new Fault(
        'CHANGE_MOVED',
        `What would be handed over of ${first.run} is something else now than what you saw.`,
        {
          hints: [`orchestrate failover ${first.run}`],
          state: 'Nothing was moved.',
        },
      );
    if (!yes) return { supervisor: null, state: 'planned' as const, runs: shown, moved: null };
    await app.ask('failover.start', { run: first.run, hash: first.hash, by: personOf(app) });
    const row = newest(installation.ledger, 'run.failedOver', `failover:${first.run}`);
    if (row === undefined) throw new Error('what was handed over is not on record');
    const { run, from, to, ref, why } = row.data;
    return {
      supervisor: null,
      state: 'done' as const,
      runs: shown,
      moved: { run, from: { ...from }, to: { ...to }, ref, why: [...why], row: row.seq },
    };
  },
});

const isDead = ({ attempts }: FailoverPlan): boolean =>
  attempts.some(({ verdict }) => verdict === 'dead') && !attempts.some(({ verdict }) => verdict === 'alive');

const viewOf = (plan: FailoverPlan): z.infer<typeof planSchema> => ({
  run: plan.run,
  hash: plan.hash,
  isDead: isDead(plan),
  from: { ...plan.from },
  to: plan.to,
  nFiles: plan.nFiles,
  isKept: plan.tree !== null,
  attempts: plan.attempts.map(({ attempt, verdict, signs }) => ({ attempt, verdict, signs: [...signs] })),
});

/** The run, or the one that holds the slot. */
async function runOf(app: App, target: string): Promise<string> {
  if (/^r[1-9]\d{0,8}$/.test(target)) return target;
  const { ledger } = await app.installation();
  const run = dataOf('lease.taken', ledger.latest(`lease:slot:${target}`))?.run;
  if (run !== undefined && !ledger.latest(`close:${run}`)) return run;
  throw new Fault('NOTHING_TO_DO', `No run holds a slot called ${JSON.stringify(target)}.`, {
    hints: ['orchestrate trees list'],
    state: 'Nothing was changed.',
  });
}
