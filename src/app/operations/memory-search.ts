import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { memoryVersionSchema, memoryVersionView } from '../views/memory-view.ts';
import { filterOf, kindField, lookedThrough, prefixField } from './_memory.ts';

/** `orchestrate memory search <words>` */
export const memorySearch = defineOperation({
  name: 'memory search',
  summary: 'Find entries of memory by their words.',
  description:
    'All words have to be there, in the key or the text; with --any one of them. There is no pattern language: words are what they are.',
  effect: 'read',
  needs: 'home',
  input: z.object({
    words: z.string().min(1).max(2_000).describe('Words, separated by blanks.'),
    any: z.boolean().default(false).describe('One of the words is enough.'),
    scope: prefixField,
    kind: kindField.describe('Only entries of this kind.'),
    all: z.boolean().default(false).describe('Also what was refuted or has expired.'),
    limit: z.number().int().min(1).max(1_000).default(20).describe('At most this many.'),
  }),
  output: z.object({
    hits: z
      .array(
        memoryVersionSchema.extend({
          score: z.number().describe('Greater is better; comparable within one answer only.'),
          excerpt: z.string().describe('A few words around the first match.'),
        }),
      )
      .describe('Best first.'),
  }),
  positional: ['words'],
  examples: [
    {
      command: 'orchestrate memory search "torch numpy" --scope swarm/env-setup',
      explains: 'What the environment tree knows about both.',
    },
  ],
  async run(app, { words, any, scope, kind, all, limit }) {
    const memory = await lookedThrough(app);
    const hits = memory.search({ words, any, ...filterOf({ prefix: scope, kind }), withOld: all, limit });
    return {
      hits: hits.map(({ version, score, excerpt }) => ({ ...memoryVersionView(version), score, excerpt })),
    };
  },
});
