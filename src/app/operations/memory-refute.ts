import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { defineOperation } from '../operation.ts';
import { memoryRefSchema, memoryVersionSchema, memoryVersionView, refText } from '../views/memory-view.ts';
import { entryRefField, evidenceField, lookedThrough, requireEntry, writerOf } from './_memory.ts';

/** Copies that are looked for: they are found by going through all entries. */
const maxEntries = 100_000;

/** `orchestrate memory refute <entry> --because <reason>` */
export const memoryRefute = defineOperation({
  name: 'memory refute',
  summary: 'Say that an entry of memory is not so, and with it all its copies.',
  description:
    'Writes a decision beside it that names the version and the reason. The version, its copies and their copies are marked: no task is given them any more. Nothing is taken away, and a better text can be written with `memory put`.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    entry: entryRefField,
    because: z.string().min(1).max(2_000).describe('Why it is not so.'),
    evidence: evidenceField,
  }),
  output: z.object({
    refuted: z.string().describe('What is not so, with its version.'),
    by: memoryVersionSchema.describe('The decision that says so.'),
    copies: z.array(memoryRefSchema).describe('Newest versions elsewhere that are marked with it.'),
  }),
  positional: ['entry'],
  examples: [
    {
      command:
        'orchestrate memory refute swarm/env-setup/failed_versions/torch-2.11.0.json --because "the driver was too old then"',
      explains: 'torch 2.11.0 is tried again.',
    },
  ],
  async run(app, { entry: asked, because, evidence }) {
    const memory = await lookedThrough(app);
    const { key, version, refutedBy } = await requireEntry(memory, asked);
    if (refutedBy !== null)
      throw new Fault('NOTHING_TO_DO', `${key}@${version} is refuted by ${refText(refutedBy)} already.`, {
        state: 'Nothing was changed.',
      });
    const to = refutationKey(key);
    const before = await memory.get(to);
    const line = `- ${key}@${version} is not so: ${because.replace(/\s+/g, ' ')}`;
    const by = await memory.put({
      key: to,
      kind: 'decision',
      text: `${before?.text ?? `# What turned out not to be so\n\n`}${line}\n`,
      ...(await writerOf(app, to)),
      evidence: evidence,
      refutes: [{ key, version }],
      ifVersion: before?.version ?? 0,
    });
    const copies = memory
      .list({ withOld: true, limit: maxEntries })
      .filter((one) => one.refutedBy?.key === by.key && one.refutedBy.version === by.version && one.key !== key)
      .map((one) => ({ key: one.key, version: one.version }));
    return { refuted: `${key}@${version}`, by: memoryVersionView(by), copies };
  },
});

/** Beside what it is about: whoever lists the one sees the other. */
const refutationKey = (key: string): string => `${key.slice(0, key.lastIndexOf('/') + 1)}decisions_refuted.md`;
