import { z } from 'zod';

import { parseLock } from '../domain/environments/lock.ts';
import { defineAction } from './_context.ts';
import { requirePlanned, writePlanned } from './_write-planned.ts';

const output = z.object({ nPackages: z.number().int(), nHashes: z.number().int(), written: z.array(z.string()) });

/** Writes requirements.in, requirements.lock and what else was planned into the slot, byte for byte. A repeat is safe. */
export const envLock = defineAction({
  id: 'env.lock',
  summary: 'Write requirements.in and requirements.lock as planned',
  effect: 'write',
  input: z.object({}),
  output,
  async run(context) {
    if (context.plan.lockText === null) throw new Error('a plan without a lock has no lock step');
    const written = await writePlanned(context);
    const packages = parseLock({ file: 'requirements.lock', text: context.plan.lockText });
    return { nPackages: packages.length, nHashes: packages.reduce((sum, one) => sum + one.sha256.length, 0), written };
  },
  describe: ({ nPackages, nHashes }) => `requirements.lock: ${nPackages} packages, ${nHashes} hashes, wheels only`,
  verify: (context) => requirePlanned(context),
});
