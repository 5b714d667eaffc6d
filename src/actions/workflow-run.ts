import { z } from 'zod';

import { workflowFault } from '../domain/changes/workflow-fault.ts';
import { defineAction } from './_context.ts';

const picture = z.object({ widthPx: z.number(), heightPx: z.number(), isFlat: z.boolean(), sha256: z.string() });
const output = z.object({
  workflows: z.array(
    z.object({
      name: z.string(),
      durationMs: z.number(),
      pictures: z.array(picture),
      failure: z.string().nullable(),
      fault: workflowFault.nullable(),
    }),
  ),
  device: z.string(),
});

/** Runs the branch's workflows on an instance of their own, now, whatever is on record, and reports what came of each. */
export const workflowRun = defineAction({
  id: 'workflow.run',
  summary: 'Run your workflows on the branch as it is',
  effect: 'read',
  input: z.object({ name: z.string().default('') }),
  output,
  async run(context, { name }) {
    const { workflows, device } = await context.proofs.runWorkflows(context.baseTree, name === '' ? null : [name]);
    return {
      device,
      workflows: workflows.map((one) => ({
        name: one.name,
        durationMs: one.durationMs,
        pictures: one.pictures.map(({ widthPx, heightPx, isFlat, sha256 }) => ({ widthPx, heightPx, isFlat, sha256 })),
        failure: one.failure,
        fault: one.fault ?? null,
      })),
    };
  },
  describe: ({ workflows, device }) =>
    workflows.length === 0
      ? 'no workflow lies in workflows/: none was run'
      : `${workflows.map(told).join('; ')}; on ${device}`,
});

function told({ name, durationMs, pictures, failure }: z.infer<typeof output>['workflows'][number]): string {
  if (failure !== null) return `${name} failed: ${failure}`;
  const [first] = pictures;
  const drawn =
    first === undefined
      ? 'no picture'
      : `${pictures.length} of ${first.widthPx}×${first.heightPx}${pictures.some((one) => one.isFlat) ? ', flat' : ''}`;
  return `${name} ${(durationMs / 1000).toFixed(1)} s, ${drawn}`;
}
