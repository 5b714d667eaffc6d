import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { memoryVersionSchema, memoryVersionView } from '../views/memory-view.ts';
import { filterOf, kindField, lookedThrough, prefixField } from './_memory.ts';

/** `orchestrate memory list [prefix]` */
export const memoryList = defineOperation({
  name: 'memory list',
  summary: 'List what memory holds.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    prefix: prefixField,
    kind: kindField.describe('Only entries of this kind.'),
    all: z.boolean().default(false).describe('Also what was refuted, has expired or was taken away.'),
    after: z.string().max(600).default('').describe('Only keys behind this one, for the next page.'),
    limit: z.number().int().min(1).max(10_000).default(200).describe('At most this many.'),
  }),
  output: z.object({
    entries: z.array(memoryVersionSchema).describe('Newest versions, sorted by key.'),
    next: z.string().nullable().describe('What `--after` has to be for the next page; null: that was all.'),
  }),
  positional: ['prefix'],
  examples: [
    { command: 'orchestrate memory list', explains: 'All of it.' },
    { command: 'orchestrate memory list swarm/env-setup --kind pattern', explains: 'What worked for the environment.' },
  ],
  async run(app, { prefix, kind, all, after, limit }) {
    const memory = await lookedThrough(app);
    const found = memory.list({
      ...filterOf({ prefix, kind }),
      withOld: all,
      withRemoved: all,
      afterKey: after,
      limit: limit + 1,
    });
    const entries = found.slice(0, limit).map(memoryVersionView);
    return { entries, next: found.length > limit ? (entries.at(-1)?.key ?? null) : null };
  },
});
