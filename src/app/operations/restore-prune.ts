import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { PrunePlan } from '../../domain/restore/prune-plan.ts';
import { planPrune } from '../../engine/space/plan-prune.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { saidYesField, seenPlanField } from './_inputs.ts';
import { personOf } from './_run-output.ts';
import { loadTotals, totalsSchema } from './_space.ts';

const points = z.array(z.string()).describe('Restore points that need it.');
const sizeBytes = z.number().nullable().describe('In bytes; null: unknown.');

/** `orchestrate restore prune` */
export const restorePrune = defineOperation({
  name: 'restore prune',
  summary: 'Free the room of environments that the retention rule lets go.',
  description:
    'The rule is `policy.keep` in orchestrate.yaml. An environment stays when its restore point is among the last ones, young or pinned, when the branch, production or an open run needs it, or when it could not be built again from kept wheels. Restore points never go, and what goes comes back without the network; only with `--wheels` may old ones need it, and never the one that `undo` leads to. Old trash and logs go as well. It is never done by itself.',
  effect: 'destroy',
  needs: 'home',
  asksFirst: true,
  input: z.object({
    dryRun: z.boolean().default(false).describe('Show what would go and take nothing away.'),
    yes: saidYesField,
    wheels: z
      .boolean()
      .default(false)
      .describe('Remove kept wheels as well that only old restore points need: those need the network then.'),
    plan: seenPlanField,
  }),
  output: z.object({
    state: z.enum(['planned', 'pruned', 'nothing']).describe('`planned`: nothing was taken away yet.'),
    hash: z.string().describe('Names the plan: what is shown is what is taken away.'),
    withWheels: z.boolean().describe('Kept wheels were allowed to go: the plan holds with --wheels only.'),
    evictions: z
      .array(
        z.object({
          environment: z.string().describe('Environment that goes.'),
          sizeBytes,
          points,
          to: z.enum(['offline', 'needs-network']).nullable().describe('Grade of its restore points afterwards.'),
        }),
      )
      .describe('Environments that go.'),
    wheels: z
      .array(z.object({ sha256: z.string().describe('SHA-256 of the wheel.'), sizeBytes: z.number(), points }))
      .describe('Kept wheels that go; only with --wheels.'),
    removals: z
      .array(
        z.object({
          what: z.enum(['trash', 'log', 'instance']).describe('What it is.'),
          path: z.string().describe('Absolute path.'),
          sizeBytes: z.number(),
          why: z.string().describe('Why it goes.'),
        }),
      )
      .describe('Old trash and logs, and folders of instances that are gone.'),
    kept: z
      .array(z.object({ environment: z.string(), sizeBytes, points, why: z.string().describe('Why it stays.') }))
      .describe('Environments that stay; empty when they were pruned just now.'),
    freedBytes: z.number().describe('Bytes that are free then, as far as they are known.'),
    totals: totalsSchema,
    row: z.number().nullable().describe('Journal row that holds it, once it was done.'),
  }),
  confirm: (input, planned) => ({ ...input, plan: planned.hash }),
  examples: [
    {
      command: 'orchestrate restore prune --dry-run',
      explains: 'What would go, and what it makes of the restore points.',
    },
    { command: 'orchestrate restore prune', explains: 'Show it, ask, and do it.' },
  ],
  async run(app, { dryRun, yes, wheels, plan: seen }) {
    const installation = await app.installation();
    const context = { ...installation, outside: app.outside };
    const { plan, hash, kept } = await planPrune(context, { wheels });
    if (seen !== null && !hash.startsWith(seen)) {
      throw new Fault('CHANGE_MOVED', 'What would be taken away is something else now than what you saw.', {
        hints: [`orchestrate restore prune${wheels ? ' --wheels' : ''}`],
        state: 'Nothing was taken away.',
      });
    }
    const isNothing = plan.evictions.length + plan.wheels.length + plan.removals.length === 0;
    const shown = {
      hash,
      withWheels: wheels,
      ...copyOf(plan),
      kept: kept.map((one) => ({ ...one, points: [...one.points] })),
    };
    if (isNothing || dryRun || !yes)
      return {
        state: isNothing ? ('nothing' as const) : ('planned' as const),
        ...shown,
        totals: await loadTotals(app),
        row: null,
      };
    await app.ask('space.prune', { hash, wheels, by: personOf(app) });
    const row = newest(installation.ledger, 'space.pruned', 'space:pruned');
    if (row === undefined) throw new Error('what was pruned is not on record');
    return {
      state: 'pruned' as const,
      ...shown,
      ...copyOf(row.data.plan),
      kept: [],
      totals: await loadTotals(app),
      row: row.seq,
    };
  },
});

const copyOf = ({ evictions, wheels, removals, freedBytes }: PrunePlan) => ({
  evictions: evictions.map((one) => ({ ...one, points: [...one.points] })),
  wheels: wheels.map((one) => ({ ...one, points: [...one.points] })),
  removals: removals.map((one) => ({ ...one })),
  freedBytes,
});
