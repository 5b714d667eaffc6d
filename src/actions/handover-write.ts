import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { defineAction } from './_context.ts';
import { handoverPage, handoverPath, isHandoverName } from './_handover-page.ts';

const output = z.object({
  path: z.string(),
  sha256: z.string(),
  nReports: z.number().int(),
  conditions: z.array(z.string()),
});

/** Writes the hand-over page from the reports of the steps that this one needs and what its attempt was given of memory. A repeat writes the same bytes. Fault: `NAME_INVALID`. */
export const handoverWrite = defineAction({
  id: 'handover.write',
  summary: 'Write the hand-over page from what was answered and seen',
  effect: 'write',
  input: z.object({ name: z.string() }),
  output,
  async run({ files, slot, digest, before, conditions, memory, plan, run }, { name }) {
    if (!isHandoverName(name)) throw new Fault('NAME_INVALID', `A hand-over cannot be called ${JSON.stringify(name)}.`);
    const awaited = [...new Set(plan.steps.flatMap(({ waitsFor }) => waitsFor ?? []))].sort();
    const holding = awaited.flatMap((one) => conditions.find(one) ?? []);
    const text = handoverPage({ name, run, goal: plan.goalText, before, conditions: holding, given: memory.restored });
    const path = handoverPath(name);
    const file = `${slot.dir}/${path}`;
    await files.ensureDir(file.slice(0, file.lastIndexOf('/')));
    if ((await files.readText(file)) !== text) await files.writeAtomic(file, text);
    return {
      path,
      sha256: digest.sha256(text),
      nReports: before.length,
      conditions: holding.map((one) => one.name),
    };
  },
  describe: ({ path, nReports, conditions }) =>
    `wrote ${path} from ${nReports} reports${conditions.length === 0 ? '' : `; ${conditions.join(' and ')} held`}`,
  async verify({ files, slot, digest }, { path, sha256 }) {
    const text = await files.readText(`${slot.dir}/${path}`);
    if (text !== undefined && digest.sha256(text) === sha256) return;
    throw new Fault('TREE_TAMPERED', `${path} in the slot is not what the step wrote.`, {
      state: 'The branch and production are as they were.',
    });
  },
});
