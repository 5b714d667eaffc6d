import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { findDurationMs } from '../../domain/definitions/units.ts';
import { planMoved } from '../../engine/removal/carry-out.ts';
import { planEmpty } from '../../engine/removal/empty-trash.ts';
import { defineOperation } from '../operation.ts';
import { saidYesField, seenPlanField } from './_inputs.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate trash empty` */
export const trashEmpty = defineOperation({
  name: 'trash empty',
  summary: 'Remove old things from the trash for good: shows what goes, asks, and does exactly that.',
  description:
    'Without ids: what has lain there for longer than --older-than. The backup of work that is on no branch stays, so `trash restore` still brings it back; --and-refs lets it go, too, and nothing brings that back. A folder that no backup holds whole stays without --and-refs. Nothing of this ever happens by itself.',
  effect: 'destroy',
  needs: 'home',
  asksFirst: true,
  input: z.object({
    ids: z.array(z.string().min(1).max(40)).default([]).describe('These, whatever their age.'),
    olderThan: z
      .string()
      .refine((text) => findDurationMs(text) !== undefined, 'has to be a time like 30d, 12h or 0s')
      .default('30d')
      .describe('Only what has lain there for longer.'),
    andRefs: z.boolean().default(false).describe('Backups of work that is on no branch go as well.'),
    dryRun: z.boolean().default(false).describe('Show what would go and take nothing away.'),
    yes: saidYesField,
    plan: seenPlanField,
  }),
  output: z.object({
    state: z.enum(['planned', 'emptied', 'nothing']).describe('`planned`: nothing was taken away yet.'),
    hash: z.string().describe('Names the plan: what is shown is what is taken away.'),
    items: z
      .array(
        z.object({
          id: z.string().describe('Which one.'),
          what: z.string().describe('What it is.'),
          name: z.string().describe('Of which slot, environment or instance.'),
          place: z.string().describe('Where it lies.'),
          sizeBytes: z.number().describe('Bytes that are free then.'),
          ref: z.string().nullable().describe('Its backup, or null.'),
          refGoes: z.boolean().describe('The backup goes as well.'),
          holdsWork: z.boolean().describe('Something of it is on no branch.'),
        }),
      )
      .describe('What goes.'),
    kept: z
      .array(z.object({ id: z.string(), why: z.string().describe('Why it stays.') }))
      .describe('What was meant and stays.'),
    freedBytes: z.number().describe('Bytes that are free then.'),
  }),
  positional: ['ids'],
  confirm: (input, planned) => ({ ...input, yes: true, plan: planned.hash }),
  examples: [
    { command: 'orchestrate trash empty --dry-run', explains: 'What is older than 30 days.' },
    { command: 'orchestrate trash empty --older-than 7d', explains: 'Show it, ask, and do it.' },
    { command: 'orchestrate trash empty t3fa91c07 --and-refs', explains: 'One thing with its backup, for good.' },
  ],
  async run(app, { ids, olderThan, andRefs, dryRun, yes, plan: seen }) {
    const installation = await app.installation();
    const choice = { ids: [...new Set(ids)], olderThanMs: findDurationMs(olderThan) ?? 0, andRefs };
    const { items, kept, freedBytes, hash } = await planEmpty({ ...installation, outside: app.outside }, choice);
    if (seen !== null && !hash.startsWith(seen)) throw planMoved('Nothing was taken away.');
    const shown = {
      hash,
      items: items.map((one) => ({ ...one })),
      kept: kept.map((one) => ({ ...one })),
      freedBytes,
    };
    const [first] = kept;
    if (items.length === 0 && ids.length > 0 && first !== undefined) {
      throw new Fault('REMOVAL_REFUSED', `${first.id} stays: ${first.why}.`, {
        state: 'Nothing was taken away.',
        hints: [`orchestrate trash show ${first.id}`],
      });
    }
    if (items.length === 0) return { state: 'nothing' as const, ...shown };
    if (dryRun || !yes) return { state: 'planned' as const, ...shown };
    await app.ask('trash.empty', { choice, hash, by: personOf(app) });
    return { state: 'emptied' as const, ...shown };
  },
});
