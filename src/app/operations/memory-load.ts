import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { findSizeBytes } from '../../domain/definitions/units.ts';
import { taskWords } from '../../domain/memory/relevance.ts';
import { recall } from '../../engine/memory/restore.ts';
import { defineOperation } from '../operation.ts';
import { memoryEntrySchema, memoryEntryView } from '../views/memory-view.ts';
import { lookedThrough } from './_memory.ts';

/** `orchestrate memory load <context>` */
export const memoryLoad = defineOperation({
  name: 'memory load',
  summary: 'Show what a task would be given of memory.',
  description:
    'The same choice as before each step of a run: by words, by what kind of entry it is, whose, how sure its author was and how old it is, as many whole entries as fit the budget. What was refuted or has expired is not given.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    context: z.string().min(1).max(2_000).describe('What the task is about, e.g. `upgrade pytorch`.'),
    tree: z.string().max(64).default('').describe('Tree of the task: its own entries count more.'),
    budget: z.string().max(20).nullable().default(null).describe('Instead of `memory.budget`, e.g. `64 KiB`.'),
  }),
  output: z.object({
    words: z.string().describe('Words that were looked for.'),
    entries: z.array(memoryEntrySchema).describe('Best first.'),
    nBytes: z.number().describe('Bytes of all of them.'),
    budgetBytes: z.number().describe('Bytes that there may be.'),
    nLeftOut: z.number().describe('Entries that fit the words and not the budget.'),
  }),
  positional: ['context'],
  examples: [
    {
      command: 'orchestrate memory load "upgrade pytorch" --tree env-setup',
      explains: 'What that run will begin with.',
    },
  ],
  async run(app, { context, tree, budget }) {
    await lookedThrough(app);
    const installation = await app.installation();
    const budgetBytes = budget === null ? installation.config.memory.budgetBytes : bytesOf(budget);
    const words = taskWords([context]);
    const { entries, nBytes, nLeftOut } = await recall(
      { ...installation, outside: app.outside },
      { words, tree, budgetBytes },
    );
    return { words, entries: entries.map(memoryEntryView), nBytes, budgetBytes, nLeftOut };
  },
});

function bytesOf(text: string): number {
  const bytes = findSizeBytes(text);
  if (bytes !== undefined) return bytes;
  throw new Fault('USAGE_BAD_ARGUMENT', `--budget has to be a size like 16 KiB, not ${JSON.stringify(text)}.`, {
    state: 'Nothing was read.',
  });
}
