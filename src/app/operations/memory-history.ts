import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { requireKey } from '../../domain/memory/key.ts';
import { defineOperation } from '../operation.ts';
import { memoryVersionSchema, memoryVersionView } from '../views/memory-view.ts';
import { keyField } from './_memory.ts';

/** `orchestrate memory history <key>` */
export const memoryHistory = defineOperation({
  name: 'memory history',
  summary: 'List all versions of an entry of memory, newest first.',
  effect: 'read',
  needs: 'home',
  input: z.object({ key: keyField }),
  output: z.object({
    key: z.string().describe('Key of the entry.'),
    versions: z.array(memoryVersionSchema).describe('Newest first.'),
  }),
  positional: ['key'],
  examples: [
    {
      command: 'orchestrate memory history swarm/env-setup/dependency_conflicts.md',
      explains: 'Who wrote it when, in which run.',
    },
  ],
  async run(app, { key }) {
    const { memory } = await app.installation();
    await memory.get(requireKey(key));
    const versions = memory.history(key).map(memoryVersionView);
    if (versions.length > 0) return { key, versions };
    throw new Fault('MEMORY_NOT_FOUND', `There is no entry ${key} in memory, and never was.`, {
      hints: ['orchestrate memory list'],
    });
  },
});
