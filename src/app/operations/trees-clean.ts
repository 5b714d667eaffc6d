import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { RemovalItem, RemovalTarget } from '../../domain/removal/plan.ts';
import { planMoved } from '../../engine/removal/carry-out.ts';
import { planRemoval } from '../../engine/removal/plan-removal.ts';
import type { Installation } from '../app.ts';
import { defineOperation } from '../operation.ts';
import { saidYesField, seenPlanField } from './_inputs.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate trees clean` */
export const treesClean = defineOperation({
  name: 'trees clean',
  summary: 'Take away slots that nobody needs now; refuses each in which work could be lost.',
  description:
    'A slot stays, and says why, while a run, a process or a person works in it, git has it locked, it holds files or commits that the branch does not have, or it is no slot of orchestrate. With --to-trash one that only holds work goes to the trash, with a backup of its files and commits; `trash restore` brings it back. A slot is made again when a run needs it.',
  effect: 'destroy',
  needs: 'home',
  asksFirst: true,
  input: z.object({
    names: z
      .array(z.string().min(1).max(100))
      .default([])
      .describe('Trees or slots, e.g. `env-setup` or `env-setup@2`; none: the slots of all trees.'),
    toTrash: z.boolean().default(false).describe('What holds work goes to the trash instead of being refused.'),
    dryRun: z.boolean().default(false).describe('Show what would go and take nothing away.'),
    yes: saidYesField,
    plan: seenPlanField,
  }),
  output: z.object({
    state: z.enum(['planned', 'cleaned', 'nothing']).describe('`planned`: nothing was taken away yet.'),
    hash: z.string().describe('Names the plan: what is shown is what is executed.'),
    toTrash: z.boolean().describe('What holds work goes to the trash instead of being refused.'),
    slots: z
      .array(
        z.object({
          slot: z.string().describe('Its name.'),
          dir: z.string().describe('Where it lies.'),
          decision: z.enum(['trash', 'refused', 'absent']).describe('What happens to it.'),
          reasons: z
            .array(z.object({ obstacle: z.string().describe('One word.'), sentence: z.string() }))
            .describe('What speaks against it; with `trash`: why a backup is wanted.'),
          ref: z.string().nullable().describe('Backup ref in the trusted store, or null.'),
          sizeBytes: z.number().describe('Bytes in it.'),
        }),
      )
      .describe('Each slot that was looked at.'),
  }),
  positional: ['names'],
  confirm: (input, planned) => ({ ...input, yes: true, plan: planned.hash }),
  examples: [
    { command: 'orchestrate trees clean --dry-run', explains: 'Which slots could go, and why the others stay.' },
    { command: 'orchestrate trees clean env-setup@2', explains: 'Show it, ask, and move it to the trash.' },
  ],
  async run(app, { names, toTrash, dryRun, yes, plan: seen }) {
    const installation = await app.installation();
    const targets = await chooseSlots(installation, names);
    const plan = await planRemoval({ ...installation, outside: app.outside }, targets, { toTrash });
    if (seen !== null && !plan.hash.startsWith(seen)) throw planMoved('Nothing was taken away.');
    const shown = { hash: plan.hash, toTrash, slots: plan.items.map(slotView) };
    const going = plan.items.filter(({ decision }) => decision.kind === 'trash');
    if (going.length === 0 && names.length > 0) refuseAll(plan.items);
    if (going.length === 0) return { state: 'nothing' as const, ...shown };
    if (dryRun || !yes) return { state: 'planned' as const, ...shown };
    await app.ask('removal.carry', { plan, by: personOf(app) });
    return { state: 'cleaned' as const, ...shown };
  },
});

async function chooseSlots(
  { home, definitions, paths }: Installation,
  names: readonly string[],
): Promise<readonly RemovalTarget[]> {
  const there = (await home.listSlots()).map(({ name }) => name);
  const treeOf = (slot: string): string => slot.replace(/@\d+$/, '');
  const isMeant = (slot: string): boolean =>
    names.length === 0 ? definitions.trees.has(treeOf(slot)) : names.includes(slot) || names.includes(treeOf(slot));
  for (const name of names) {
    if (definitions.trees.has(name) || there.includes(name)) continue;
    throw new Fault('TREE_NOT_FOUND', `There is no tree or slot called ${JSON.stringify(name)}.`, {
      state: 'Nothing was changed.',
      hints: ['orchestrate trees list'],
    });
  }
  return there.filter(isMeant).map((name) => ({ kind: 'slot', name, dir: `${paths.trees}/${name}` }));
}

function slotView({ target, decision, sizeBytes }: RemovalItem) {
  const reasons = decision.kind === 'refused' ? decision.reasons : decision.kind === 'trash' ? decision.holds : [];
  return {
    slot: target.name,
    dir: target.dir,
    decision: decision.kind,
    reasons: reasons.map((one) => ({ ...one })),
    ref: decision.kind === 'trash' ? decision.ref : null,
    sizeBytes,
  };
}

/** Whoever names what is to go has to hear that nothing went. */
function refuseAll(items: readonly RemovalItem[]): void {
  const [first] = items.filter(({ decision }) => decision.kind === 'refused');
  if (first?.decision.kind !== 'refused') return;
  const { reasons } = first.decision;
  const isWorkOnly = reasons.every(({ obstacle }) => obstacle === 'dirty' || obstacle === 'unmerged');
  const sentences = reasons.map(({ sentence }) => sentence).join('; ');
  throw new Fault('REMOVAL_REFUSED', `${first.target.name} stays: ${sentences}.`, {
    state: 'Nothing was taken away.',
    hints: isWorkOnly ? [`orchestrate trees clean ${first.target.name} --to-trash`] : ['orchestrate trees list'],
    data: { refused: items.map(slotView) },
  });
}
