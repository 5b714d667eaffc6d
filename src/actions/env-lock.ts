import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { parseLock } from '../domain/environments/lock.ts';
import { type ActionContext, defineAction } from './_context.ts';

const output = z.object({ nPackages: z.number().int(), nHashes: z.number().int(), written: z.array(z.string()) });

const planned = (context: ActionContext): readonly (readonly [string, string])[] => {
  const { requirementsText, lockText } = context.plan;
  if (requirementsText === null || lockText === null) throw new Error('a plan without a lock has no lock step');
  return [
    ['requirements.in', requirementsText],
    ['requirements.lock', lockText],
  ];
};

/** Writes requirements.in and requirements.lock into the slot, byte for byte as the plan showed them. A repeat is safe. */
export const envLock = defineAction({
  id: 'env.lock',
  summary: 'Write requirements.in and requirements.lock as planned',
  effect: 'write',
  input: z.object({}),
  output,
  async run(context) {
    const written: string[] = [];
    for (const [path, text] of planned(context)) {
      const file = `${context.slot.dir}/${path}`;
      if ((await context.files.readText(file)) === text) continue;
      await context.files.writeAtomic(file, text);
      written.push(path);
    }
    const packages = parseLock({ file: 'requirements.lock', text: context.plan.lockText ?? '' });
    return { nPackages: packages.length, nHashes: packages.reduce((sum, one) => sum + one.sha256.length, 0), written };
  },
  describe: ({ nPackages, nHashes }) => `requirements.lock: ${nPackages} packages, ${nHashes} hashes, wheels only`,
  async verify(context) {
    for (const [path, text] of planned(context)) {
      if ((await context.files.readText(`${context.slot.dir}/${path}`)) === text) continue;
      throw new Fault('TREE_TAMPERED', `${path} in the slot is not what the plan wrote.`, {
        state: 'The branch and production are as they were.',
      });
    }
  },
});
