import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { domainKey } from '../../domain/memory/standard.ts';
import { defineOperation } from '../operation.ts';
import { memoryVersionSchema, memoryVersionView, refText } from '../views/memory-view.ts';
import { copyEntry } from './_memory-copy.ts';
import { entryRefField, requireEntry } from './_memory.ts';

/** `orchestrate memory share <entry> --to <tree>` */
export const memoryShare = defineOperation({
  name: 'memory share',
  summary: "Copy an entry of memory into another tree's domain.",
  description:
    'Every agent can read every domain; a copy is for what another tree should be given before its own tasks. The copy remembers what it was copied from: what refutes the one refutes the other. One that is refuted already is not copied.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    entry: entryRefField,
    to: z.string().min(1).max(64).describe('Tree that gets it.'),
  }),
  output: z.object({
    from: z.string().describe('What was copied, with its version.'),
    to: z.string().describe('Key of the copy.'),
    copied: memoryVersionSchema.nullable().describe('The copy; null: the same text was there already.'),
  }),
  positional: ['entry'],
  examples: [
    {
      command: 'orchestrate memory share swarm/env-setup/dependency_conflicts.md --to models-integ',
      explains: 'models-integ has it as its own from now on.',
    },
  ],
  async run(app, { entry: asked, to }) {
    const { definitions, memory } = await app.installation();
    if (!definitions.trees.has(to))
      throw new Fault('TREE_NOT_FOUND', `There is no tree ${to}.`, { state: 'Nothing was copied.' });
    const entry = await requireEntry(memory, asked);
    const key = domainKey(to, entry.key.replace(/^swarm\/[^/]+\//, '').replace(/^sessions\//, 'from_sessions/'));
    if (key === entry.key)
      throw new Fault('NOTHING_TO_DO', `${entry.key} is in the domain of ${to} already.`, {
        state: 'Nothing was copied.',
      });
    if (entry.refutedBy !== null)
      throw new Fault('MEMORY_REFUTED', `${entry.key}@${entry.version} is refuted by ${refText(entry.refutedBy)}.`, {
        state: 'Nothing was copied.',
        hints: [`orchestrate memory get ${entry.refutedBy.key}`, `orchestrate memory history ${entry.key}`],
      });
    const copied = await copyEntry(app, memory, { entry, to: key });
    return {
      from: `${entry.key}@${entry.version}`,
      to: key,
      copied: copied === undefined ? null : memoryVersionView(copied),
    };
  },
});
