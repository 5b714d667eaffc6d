import { z } from 'zod';

import { defineAction } from './_context.ts';

const output = z.object({
  modules: z.array(z.object({ module: z.string(), version: z.string().nullable() })),
  row: z.number().int(),
});

/** Imports every module that the service needs in the new environment, each in a process of its own. */
export const envVerify = defineAction({
  id: 'env.verify',
  summary: 'Import every module in the new environment',
  effect: 'read',
  input: z.object({}),
  output,
  async run(context) {
    const { modules, row } = await context.proofs.imports(await context.snapshot());
    return { modules: [...modules], row };
  },
  describe: ({ modules }) =>
    modules.length === 0
      ? 'no module is named in orchestrate.yaml (python.modules): nothing was imported'
      : `${modules.map(({ module, version }) => (version === null ? module : `${module} ${version}`)).join(', ')} import`,
});
