import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { asGitTreeId } from '../base/ids.ts';
import { takenRef } from '../domain/instances/component-files.ts';
import { parseComponents } from '../domain/instances/components.ts';
import { defineAction } from './_context.ts';
import { requirePlanned, writePlanned } from './_write-planned.ts';

const output = z.object({
  written: z.array(z.string()),
  taken: z.array(z.object({ id: z.string(), tree: z.string(), nFiles: z.number().int() })),
});

/**
 * Writes the plan's files, and says in the trusted store that the component trees which the approved plan names may be
 * started: until then nothing that was fetched can be composed. A repeat is safe.
 */
export const componentsTake = defineAction({
  id: 'components.take',
  summary: 'Take the component trees that the plan names',
  effect: 'write',
  input: z.object({}),
  output,
  async run(context) {
    const { plan, store } = context;
    const text = plan.files.find(({ path }) => path === 'components.lock')?.text;
    if (typeof text !== 'string') throw new Error('a plan without components.lock has no components to take');
    const written = await writePlanned(context);
    const taken: z.infer<typeof output>['taken'] = [];
    for (const component of parseComponents(text)) {
      const tree = asGitTreeId(component.tree);
      const ref = takenRef(tree);
      if ((await store.findRef(ref)) !== undefined) continue;
      const nFiles = (await store.list(tree)).length;
      const commit = await store.commit({
        tree,
        parents: [],
        message: `component ${component.id}\n`,
        author: { name: 'orchestrate', email: 'orchestrate@localhost' },
        atSeconds: 0,
      });
      const moved = await store.updateRefs([{ ref, from: null, to: commit }]);
      if (moved.kind === 'refused' && moved.actual !== commit)
        throw new Fault('GIT_FAILED', `${ref} names something else already.`, {
          state: 'The branch and production are as they were.',
        });
      taken.push({ id: component.id, tree, nFiles });
    }
    return { written, taken };
  },
  describe: ({ taken }) =>
    taken.length === 0
      ? 'every component was taken before'
      : taken.map(({ id, tree, nFiles }) => `${id}: ${nFiles} files (${tree.slice(0, 7)})`).join(', '),
  verify: (context) => requirePlanned(context),
});
