import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { requireKey } from '../../domain/memory/key.ts';
import { defineOperation } from '../operation.ts';
import { memoryVersionSchema, memoryVersionView } from '../views/memory-view.ts';
import { keyField, requireEntry, writerOf } from './_memory.ts';

/** `orchestrate memory revert <key> <version>` */
export const memoryRevert = defineOperation({
  name: 'memory revert',
  summary: 'Bring an earlier version of an entry of memory back, as a new one.',
  description:
    'Nothing is lost: the version that is there now stays in the history. Also brings back what was taken away. What was refuted stays refuted when it comes back, and what was to end at some time ends then; `memory put` writes it anew without that.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    key: keyField,
    version: z.number().int().min(1).describe('Version that comes back.'),
  }),
  output: memoryVersionSchema,
  positional: ['key', 'version'],
  examples: [
    {
      command: 'orchestrate memory revert swarm/env-setup/python_versions.yaml 3',
      explains: 'Its text is that of version 3 again.',
    },
  ],
  async run(app, { key: asked, version }) {
    const key = requireKey(asked);
    const { memory } = await app.installation();
    const old = await requireEntry(memory, `${key}@${version}`);
    const now = await memory.get(key);
    if (now?.text === old.text)
      throw new Fault('NOTHING_TO_DO', `${key} says the same as its version ${version} already.`, {
        state: 'Nothing was changed.',
      });
    const written = await memory.put({
      key,
      kind: old.kind,
      text: old.text,
      ...(await writerOf(app, key)),
      evidence: [`${key}@${version}`, ...old.evidence.slice(0, 63)],
      confidence: old.confidence,
      expiresAtMs: old.expiresAtMs,
      copyOf: { key, version },
      supersedes: now === undefined ? [] : [{ key, version: now.version }],
      ifVersion: now?.version ?? 0,
    });
    return memoryVersionView(written);
  },
});
