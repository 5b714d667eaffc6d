import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { judgeSmoke } from '../domain/changes/judge.ts';
import { hintsOf, workflowFault } from '../domain/changes/workflow-fault.ts';
import { baselineInput, findBaseline } from './_baseline.ts';
import { defineAction } from './_context.ts';

const output = z.object({
  workflows: z.array(
    z.object({
      name: z.string(),
      durationMs: z.number(),
      wasMs: z.number().nullable(),
      nPictures: z.number().int(),
      isFlat: z.boolean(),
      failure: z.string().nullable(),
      fault: workflowFault.nullable(),
    }),
  ),
  row: z.number().int(),
  /** Proven before for the same tree, environment and components; not run again. */
  reused: z.boolean(),
});

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

/** Runs every workflow of the tree on the booted instance and compares pictures and times with the baseline. */
export const instanceSmoke = defineAction({
  id: 'instance.smoke',
  summary: 'Run your workflows and compare them with the baseline',
  effect: 'write',
  input: z.object({ baseline: baselineInput }),
  output,
  async run(context, asked) {
    const { proofs, baseTree } = context;
    const baseline =
      asked.baseline === 'prove'
        ? await findBaseline(context, (tree) => proofs.smoke(tree))
        : proofs.onRecord(baseTree).smoke;
    const smoke = await proofs.smoke(await context.snapshot());
    const findings = judgeSmoke(baseline, smoke, context.config.policy.maxSlowdown);
    if (findings.length > 0) {
      throw new Fault('SMOKE_FAILED', findings.map((one) => one.sentence).join(' '), {
        hints: hintsOf(findings.map(({ fault }) => fault)),
        state: 'Production was not touched.',
        data: { workflows: smoke.workflows },
      });
    }
    const before = new Map(baseline?.workflows.map((one) => [one.name, one]));
    const workflows = smoke.workflows.map(({ name, durationMs, pictures, failure, fault = null }) => ({
      name,
      durationMs,
      wasMs: before.get(name)?.durationMs ?? null,
      nPictures: pictures.length,
      isFlat: pictures.some((picture) => picture.isFlat),
      failure,
      fault,
    }));
    return { workflows, row: smoke.row, reused: smoke.reused };
  },
  describe: ({ workflows, reused, row }) => {
    if (workflows.length === 0) return 'no workflow lies in workflows/: none was run';
    const ran = workflows.filter((one) => one.failure === null);
    const times = ran
      .slice(0, 3)
      .map(
        ({ name, wasMs, durationMs }) =>
          `${name} ${wasMs === null ? '' : `${seconds(wasMs)} → `}${seconds(durationMs)} s`,
      );
    const flat = ran.filter((one) => one.isFlat);
    const pictures =
      flat.length === 0 ? 'pictures not flat' : `flat as before: ${flat.map((one) => one.name).join(', ')}`;
    return `${reused ? `proven before (#${row}): ` : ''}${ran.length}/${workflows.length} ran; ${times.join(', ')}; ${pictures}`;
  },
});
