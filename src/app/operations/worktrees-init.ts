import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate worktrees-init [layout] [count]` */
export const worktreesInit = defineOperation({
  name: 'worktrees-init',
  summary: 'Make the standing worktree of each tree, and say which are there.',
  description:
    'Trees are declared in trees/*.yaml; the first slot of each is made at the branch as it is now. A worktree that is there stays as it is, with everything in it, and one that a run holds is left alone: a repeat makes what is missing and nothing else. Runs make their slots by themselves, so this is only needed to see them beforehand.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    layout: z
      .enum(['canonical'])
      .default('canonical')
      .describe('`canonical`: the trees that are declared, by their ports.'),
    count: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .nullable()
      .default(null)
      .describe('How many of them, the lowest port first; all when left out.'),
  }),
  output: z.object({
    worktrees: z
      .array(
        z.object({
          slot: z.string(),
          tree: z.string(),
          path: z.string().describe('Where it lies.'),
          port: z.number().describe('Its port, COMFY_PORT; another one where that is taken.'),
          state: z.enum(['made', 'there', 'held']).describe('`held`: a run is at it; it was left alone.'),
        }),
      )
      .describe('The lowest port first.'),
    row: z.number().nullable().describe('Journal row that says so.'),
  }),
  positional: ['layout', 'count'],
  examples: [
    { command: 'orchestrate worktrees-init', explains: 'The worktree of every tree.' },
    { command: 'orchestrate worktrees-init canonical 3', explains: 'Of the first three.' },
  ],
  async run(app, { count }) {
    const { definitions, paths, ledger } = await app.installation();
    const trees = [...definitions.trees.values()].sort((a, b) => a.homePort - b.homePort);
    if (count !== null && count > trees.length)
      throw new Fault(
        'USAGE_BAD_ARGUMENT',
        `There are ${trees.length} trees, not ${count}: ${trees.map(({ id }) => id).join(', ')}.`,
        {
          hints: ["orchestrate trees add <id> --scope '<path>/**'"],
          state: 'Nothing was made.',
        },
      );
    const wanted = trees.slice(0, count ?? trees.length);
    await app.ask('worktrees.init', { slots: wanted.map(({ id }) => id), by: personOf(app) });
    const made = newest(ledger, 'worktrees.made', 'worktrees-made');
    const states = new Map((made?.data.slots ?? []).map(({ slot, state }) => [slot, state]));
    return {
      worktrees: wanted.map(({ id, homePort }) => ({
        slot: id,
        tree: id,
        path: `${paths.trees}/${id}`,
        port: homePort,
        state: states.get(id) ?? ('held' as const),
      })),
      row: made?.seq ?? null,
    };
  },
});
