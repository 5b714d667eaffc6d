import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { asGitTreeId } from '../base/ids.ts';
import { isBorrowed, readLock } from '../domain/environments/lock.ts';
import { takenRef } from '../domain/instances/component-files.ts';
import { parseComponents } from '../domain/instances/components.ts';
import { componentName } from '../domain/outside/compare.ts';
import { heldRef } from '../domain/outside/refs.ts';
import { defineAction } from './_context.ts';

const output = z.object({
  components: z.array(z.object({ name: z.string(), tree: z.string(), nFiles: z.number().int() })),
  environment: z.string().nullable(),
});

/**
 * Lets the plan's components be composed, and what the plan's lock borrows be used: only files that were looked at and
 * held in the store, after the plan was approved. A repeat is safe. Faults: `COMPONENT_NOT_FOUND` for files that were
 * not, `CHANGE_MOVED` when the borrowed environment is not the one that was approved.
 */
export const outsideTake = defineAction({
  id: 'outside.take',
  summary: 'Take the files of outside changes into the installation',
  effect: 'write',
  input: z.object({}),
  output,
  async run({ plan, store, takeBorrowed }) {
    const text = plan.files.find(({ path }) => path === 'components.lock')?.text ?? null;
    const components: z.infer<typeof output>['components'] = [];
    for (const { path, tree } of text === null ? [] : parseComponents(text)) {
      const adopted = await store.findRef(takenRef(tree));
      const held = await store.findRef(heldRef(tree));
      if (adopted !== undefined && held === undefined) continue;
      if (held === undefined) {
        throw new Fault('COMPONENT_NOT_FOUND', `The files of ${componentName(path)} are not in the store any more.`, {
          hints: ['orchestrate outside list'],
          state: 'Nothing was taken.',
        });
      }
      if (adopted === undefined) await store.updateRefs([{ ref: takenRef(tree), from: null, to: held }]);
      components.push({ name: componentName(path), tree, nFiles: (await store.list(asGitTreeId(tree))).length });
    }
    const lock = plan.lockText === null ? null : readLock({ file: 'requirements.lock', text: plan.lockText });
    const isTaken = plan.lockText !== null && lock !== null && isBorrowed(lock);
    return { components, environment: isTaken ? await takeBorrowed(plan.lockText) : null };
  },
  describe: ({ components, environment }) =>
    [
      ...components.map(({ name, nFiles }) => `${name}: ${nFiles} files, copied; where they came from is untouched`),
      ...(environment === null ? [] : ['the borrowed environment is recorded as it was approved']),
    ].join('; ') || 'no files to take in',
});
