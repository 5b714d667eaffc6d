import { z } from 'zod';

import { asCommitId, asGitTreeId } from '../../base/ids.ts';
import { defineOperation } from '../operation.ts';
import { requireChange } from './_answer-review.ts';
import { changeIdField } from './_inputs.ts';

/** `orchestrate review diff <change>` */
export const reviewDiff = defineOperation({
  name: 'review diff',
  summary: 'Show what a change does to the files.',
  description:
    'The difference between the branch and the exact tree that would merge, made without attributes, filters or drivers: it is what merges, byte for byte.',
  effect: 'read',
  everyday: true,
  needs: 'home',
  input: z.object({ change: changeIdField.describe('Its id, e.g. `c9`.') }),
  output: z.object({
    change: z.string().describe('Its id.'),
    from: z.string().describe('Git tree of the branch.'),
    to: z.string().describe('Git tree that would become the branch.'),
    isExact: z.boolean().describe('The gate has run: `to` is what merges. Else it is what was proposed.'),
    patch: z.string().describe('Unified diff.'),
  }),
  positional: ['change'],
  examples: [{ command: 'orchestrate review diff c9', explains: 'The files of change c9, line by line.' }],
  async run(app, { change }) {
    const { store } = await app.installation();
    const { gate, baseTree, proposed } = await requireChange(app, change);
    const from = gate === null ? asGitTreeId(baseTree) : await store.treeOf(asCommitId(gate.base));
    const to = asGitTreeId(gate?.exact ?? proposed);
    return { change, from, to, isExact: gate !== null, patch: await store.patch(from, to) };
  },
});
