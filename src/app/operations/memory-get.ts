import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { memoryEntrySchema, memoryEntryView } from '../views/memory-view.ts';
import { entryRefField, requireEntry } from './_memory.ts';

/** `orchestrate memory get <entry>` */
export const memoryGet = defineOperation({
  name: 'memory get',
  summary: 'Show what an entry of memory says, and who says so.',
  description:
    "What it says is its author's claim: nothing in memory approves, merges or widens a permission. An old version, also of what was taken away, is shown by its number.",
  effect: 'read',
  needs: 'home',
  input: z.object({ entry: entryRefField }),
  output: memoryEntrySchema,
  positional: ['entry'],
  examples: [
    { command: 'orchestrate memory get swarm/env-setup/python_versions.yaml', explains: 'The newest version.' },
    { command: 'orchestrate memory get swarm/env-setup/dependency_conflicts.md@3', explains: 'Its third version.' },
  ],
  run: async (app, { entry }) => memoryEntryView(await requireEntry((await app.installation()).memory, entry)),
});
