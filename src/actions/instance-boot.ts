import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { blameBroken, compareBoots, judgeBoot } from '../domain/changes/judge.ts';
import { baselineInput, findBaseline, packsRemoved } from './_baseline.ts';
import { defineAction } from './_context.ts';

const output = z.object({
  instance: z.string(),
  port: z.number().int(),
  pid: z.number().int(),
  startMs: z.number().int(),
  device: z.string(),
  pytorchVersion: z.string(),
  nNodeClasses: z.number().int(),
  nLost: z.number().int(),
  nGained: z.number().int(),
  /** A boot of the branch is on record. */
  compared: z.boolean(),
  row: z.number().int(),
  /** Proven before for the same tree, environment and components; not booted again. */
  reused: z.boolean(),
});

/** Composes the slot's tree, starts it on the slot's port, proves who answers, compares its node classes with the baseline. */
export const instanceBoot = defineAction({
  id: 'instance.boot',
  summary: 'Start ComfyUI from the new tree on a port of its own',
  effect: 'write',
  input: z.object({ baseline: baselineInput }),
  output,
  async run(context, asked) {
    const { proofs, baseTree } = context;
    // The baseline is on record since the first step: this asks, it does not boot again.
    const baseline =
      asked.baseline === 'prove'
        ? await findBaseline(context, (tree) => proofs.boot(tree))
        : proofs.onRecord(baseTree).boot;
    const boot = await proofs.boot(await context.snapshot());
    const { lost, gained, newlyFailing } = compareBoots(baseline, boot);
    const worse = judgeBoot(baseline, boot, await packsRemoved(context));
    const findings = worse.length === 0 ? [] : [...blameBroken(newlyFailing, context.plan), ...worse];
    if (findings.length > 0) {
      throw new Fault('INSTANCE_UNHEALTHY', findings.map((one) => one.sentence).join(' '), {
        state: 'Production was not touched.',
      });
    }
    const { instance, port, pid, startMs, device, pytorchVersion, row, reused } = boot;
    return {
      instance,
      port,
      pid,
      startMs,
      device,
      pytorchVersion,
      nNodeClasses: boot.nodeClasses.length,
      nLost: lost.length,
      nGained: gained.length,
      compared: baseline !== undefined,
      row,
      reused,
    };
  },
  describe: (
    { port, pid, nLost, compared, nNodeClasses, pytorchVersion, device, reused, row },
    { slot, productionPort },
  ) => {
    const found = `torch ${pytorchVersion} on ${device}; ${nNodeClasses} node classes, ${compared ? `${nLost} lost` : 'no boot of the branch on record to compare with'}`;
    if (reused) return `proven before for the same tree, environment and components (#${row}): ${found}`;
    const why =
      port === slot.homePort
        ? ''
        : slot.homePort === productionPort
          ? ` (${productionPort} is your production)`
          : ` (${slot.homePort} is taken)`;
    return `${slot.name} on :${port}${why}; pid ${pid} proven; ${found}`;
  },
});
