import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { populateDomain } from '../../engine/memory/populate.ts';
import { defineOperation } from '../operation.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate memory populate` */
export const memoryPopulate = defineOperation({
  name: 'memory populate',
  summary: 'Fill a domain of memory from facts that are on record.',
  description:
    'Reads the journal and the branch, and nothing else: interpreters that were recorded, versions that were proven together or failed, promises that were broken, how production was started, what helped. Each fact names its journal row; what is not on record is said to be so. What you wrote stays. A repeat writes nothing.',
  effect: 'write',
  needs: 'home',
  input: z.object({
    domain: z.string().min(1).max(64).nullable().default(null).describe('Only this tree; all of them otherwise.'),
    dryRun: z.boolean().default(false).describe('Show what would be written and write nothing.'),
  }),
  output: z.object({
    entries: z
      .array(
        z.object({
          key: z.string().describe('Key of the entry.'),
          what: z
            .enum(['written', 'would-write', 'same', 'other-form', 'nothing'])
            .describe(
              'What became of it. `other-form`: you keep it in a form of your own; `nothing`: no fact is on record.',
            ),
          rows: z.array(z.number()).describe('Journal rows whose facts it holds.'),
          why: z.string().nullable().describe('Why nothing was written, where there is a reason.'),
        }),
      )
      .describe('By domain, sorted by key.'),
  }),
  examples: [
    { command: 'orchestrate memory populate --domain env-setup', explains: 'What is known about the environment.' },
  ],
  async run(app, { domain, dryRun }) {
    const installation = await app.installation();
    const trees = domain === null ? [...installation.definitions.trees.keys()] : [domain];
    if (domain !== null && !installation.definitions.trees.has(domain))
      throw new Fault('TREE_NOT_FOUND', `There is no tree ${domain}.`, { state: 'Nothing was written.' });
    const entries = [];
    for (const tree of trees)
      entries.push(...(await populateDomain(installation, { domain: tree, by: personOf(app), dryRun })));
    return { entries: entries.map((one) => ({ ...one, rows: [...one.rows] })) };
  },
});
