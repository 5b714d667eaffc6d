import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import type { BootEvidence } from '../domain/changes/evidence.ts';
import { compareBoots, judgeBoot } from '../domain/changes/judge.ts';
import { findBaseline, packsRemoved } from './_baseline.ts';
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
  row: z.number().int(),
  /** Proven before for the same tree, environment and components; not booted again. */
  reused: z.boolean(),
});

/** Composes the slot's tree, starts it on the slot's port, proves who answers, compares its node classes with the baseline. */
export const instanceBoot = defineAction({
  id: 'instance.boot',
  summary: 'Start ComfyUI from the new tree on a port of its own',
  effect: 'write',
  input: z.object({}),
  output,
  async run(context) {
    // The baseline is on record since the first step: this asks, it does not boot again.
    const baseline: BootEvidence | undefined = await findBaseline(context, (tree) => context.proofs.boot(tree));
    const boot = await context.proofs.boot(await context.snapshot());
    const findings = judgeBoot(baseline, boot, await packsRemoved(context));
    if (findings.length > 0) {
      throw new Fault('INSTANCE_UNHEALTHY', findings.map((one) => one.sentence).join(' '), {
        state: 'Production was not touched.',
      });
    }
    const { lost, gained } = compareBoots(baseline, boot);
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
      row,
      reused,
    };
  },
  describe: ({ port, pid, nLost, nNodeClasses, pytorchVersion, device, reused, row }, { slot, productionPort }) => {
    const found = `torch ${pytorchVersion} on ${device}; ${nNodeClasses} node classes, ${nLost} lost`;
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
