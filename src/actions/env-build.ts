import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { bytesText } from '../domain/plans/amounts.ts';
import { defineAction } from './_context.ts';

const output = z.object({
  environment: z.string(),
  nPackages: z.number().int(),
  sizeBytes: z.number().int(),
  downloadedBytes: z.number().int(),
  fromKeptWheels: z.number().int(),
  manifestDigest: z.string(),
  reused: z.boolean(),
});

/** Builds the environment of the slot's lock beside the old one, at its final place, sealed. A repeat finds it built. */
export const envBuild = defineAction({
  id: 'env.build',
  summary: 'Build the new environment beside the old one',
  effect: 'write',
  input: z.object({}),
  output,
  async run(context) {
    const lockText = await context.files.readText(`${context.slot.dir}/requirements.lock`);
    if (lockText === undefined) throw new Fault('LOCK_INVALID', 'The slot has no requirements.lock.');
    const { id, nPackages, sizeBytes, downloadedBytes, fromKeptWheels, manifestDigest, reused } =
      await context.environment(lockText);
    return { environment: id, nPackages, sizeBytes, downloadedBytes, fromKeptWheels, manifestDigest, reused };
  },
  describe: ({ environment, nPackages, sizeBytes, downloadedBytes, fromKeptWheels, reused }) =>
    reused
      ? `environment ${environment} was there, every file as built (${bytesText(sizeBytes)})`
      : `environment ${environment}: ${nPackages} packages, ${bytesText(sizeBytes)} on disk, ${bytesText(downloadedBytes)} fetched, ${fromKeptWheels} wheels from the kept ones`,
  async verify(context, { environment, manifestDigest }) {
    const condition = await context.python.inspect(`${context.paths.envs}/${environment}`);
    if (condition.kind === 'intact' && condition.manifestDigest === manifestDigest) return;
    throw new Fault(
      'ENVIRONMENT_DRIFTED',
      `The environment ${environment} is ${condition.kind} right after it was built.`,
      { state: 'Production was not touched.' },
    );
  },
});
