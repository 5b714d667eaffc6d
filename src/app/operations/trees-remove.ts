import { z } from 'zod';

import { requireUnnamed } from '../../domain/scale/new-tree.ts';
import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, dryRunField } from './_inputs.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';
import { requireTree } from './_trees.ts';

/** `orchestrate trees remove <id>` */
export const treesRemove = defineOperation({
  name: 'trees remove',
  summary: 'Remove a tree that you added, when nothing of it is open.',
  description:
    'Takes trees/<id>.yaml away through the pipeline; a person reviews it. Refused while a run or a change of the tree is open, a slot of it has edits or commits of its own, or another definition names it. Afterwards `orchestrate trees sync` moves its slots to trash.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({
    id: z.string().min(1).describe('Its id.'),
    dryRun: dryRunField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['id'],
  examples: [{ command: 'orchestrate trees remove styles', explains: 'Nobody works there any more.' }],
  async run(app, { id, dryRun }) {
    const tree = await requireTree(app, id);
    requireUnnamed((await app.installation()).definitions, tree.id);
    const answer = await app.ask('run.start', {
      goal: `remove tree ${id}`,
      options: { ...runOptions({ dryRun, yes: false }), playbook: 'remove-tree', inputs: { id } },
      by: personOf(app),
    });
    return acceptedRun(app, answer);
  },
});
