import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { judgeChecks } from '../domain/changes/judge.ts';
import { checksText } from '../domain/environments/torch-checks.ts';
import { defineAction } from './_context.ts';

const output = z.object({
  modules: z.array(z.object({ module: z.string(), version: z.string().nullable() })),
  row: z.number().int(),
  /** What torch and `pip check` said. */
  checks: z.string(),
  grade: z.enum(['static', 'kernel']),
  /** The same was asked of the branch's environment before. */
  compared: z.boolean(),
  checksRow: z.number().int(),
});

/**
 * Imports every module that the service needs in the new environment, asks torch what it was built for and lets it compute, and looks
 * whether every package has what it needs; each question in a process of its own, cheapest first.
 * Faults: `ENVIRONMENT_IMPORT_FAILED`; `ENVIRONMENT_CHECK_FAILED` for what was right before and is not a promise that the plan breaks.
 */
export const envVerify = defineAction({
  id: 'env.verify',
  summary: 'Import every module, and let torch compute, in the new environment',
  effect: 'read',
  input: z.object({}),
  output,
  async run(context) {
    const { proofs, plan, baseTree } = context;
    const tree = await context.snapshot();
    const { modules, row } = await proofs.imports(tree);
    const baseline = proofs.onRecord(baseTree).checks;
    const checks = await proofs.checks(tree);
    const findings = judgeChecks(baseline, checks, plan.brokenPromises ?? []);
    if (findings.length > 0) {
      throw new Fault('ENVIRONMENT_CHECK_FAILED', findings.map((one) => one.sentence).join(' '), {
        state: 'Production was not touched.',
        data: { torch: checks.torch, unmet: checks.unmet },
      });
    }
    return {
      modules: [...modules],
      row,
      checks: checksText(checks.torch, checks.unmet),
      grade: checks.grade === 'kernel' ? ('kernel' as const) : ('static' as const),
      compared: baseline !== undefined,
      checksRow: checks.row,
    };
  },
  describe: ({ modules, checks, compared }) => {
    const imported = modules
      .map(({ module, version }) => (version === null ? module : `${module} ${version}`))
      .join(', ');
    return [
      modules.length === 0
        ? 'no module is named in orchestrate.yaml (python.modules): nothing was imported'
        : `${imported} import`,
      checks,
      ...(compared ? [] : ['nothing on record to compare with']),
    ].join('; ');
  },
});
