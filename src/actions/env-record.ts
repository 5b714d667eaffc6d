import { z } from 'zod';

import { parseComponents } from '../domain/instances/components.ts';
import { defineAction } from './_context.ts';

const output = z.object({
  nPackages: z.number().int(),
  nComponents: z.number().int(),
  environment: z.string(),
  nWorkflows: z.number().int(),
  nWorkflowsRan: z.number().int(),
  reused: z.boolean(),
  bootRow: z.number().int(),
  smokeRow: z.number().int(),
  checksRow: z.number().int(),
  /** Row that holds packages with their origin, components, graphics cards and baseline. */
  recordRow: z.number().int(),
  graphics: z.string(),
  notFromIndex: z.array(z.string()),
  failedImports: z.array(z.string()),
});

/** Records what is installed and how it runs today: the baseline that everything later is compared with. */
export const envRecord = defineAction({
  id: 'env.record',
  summary: 'Record what is installed, and how the workflows run today',
  effect: 'read',
  input: z.object({}),
  output,
  async run(context) {
    const { baseTree, store, proofs } = context;
    const imports = await proofs.imports(baseTree);
    const checks = await proofs.checks(baseTree);
    await context.note('the branch as it is now: booting it for a baseline');
    const boot = await proofs.boot(baseTree);
    const smoke = await proofs.smoke(baseTree);
    const recorded = await proofs.record(baseTree);
    const text = async (path: string): Promise<string> =>
      new TextDecoder().decode(await store.readFile(baseTree, path));
    const environment = await context.environment(await text('requirements.lock'));
    return {
      nPackages: environment.nPackages,
      nComponents: parseComponents(await text('components.lock')).length,
      environment: imports.environment,
      nWorkflows: smoke.workflows.length,
      nWorkflowsRan: smoke.workflows.filter((one) => one.failure === null).length,
      reused: boot.reused && smoke.reused,
      bootRow: boot.row,
      smokeRow: smoke.row,
      checksRow: checks.row,
      recordRow: recorded.row,
      graphics: recorded.graphics,
      notFromIndex: [...recorded.notFromIndex],
      failedImports: [...recorded.failedImports],
    };
  },
  describe: ({ nPackages, nComponents, nWorkflows, nWorkflowsRan, reused, graphics, notFromIndex, failedImports }) =>
    [
      `${nPackages} packages, ${nComponents} components; ${graphics}`,
      ...(notFromIndex.length === 0 ? [] : [`not from an index: ${notFromIndex.slice(0, 5).join(', ')}`]),
      ...(failedImports.length === 0 ? [] : [`do not import today: ${failedImports.slice(0, 5).join(', ')}`]),
      `baseline: ${nWorkflowsRan} of ${nWorkflows} workflows ran${reused ? ' (on record)' : ''}`,
    ].join('; '),
});
