import { z } from 'zod';

import { chooseDifferences, takeable } from '../../domain/outside/choose.ts';
import { defineOperation } from '../operation.ts';
import { newest } from '../views/journal-reader.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, dryRunField, yesField } from './_inputs.ts';
import { lookOutside, outsideIdsField, requireChoice } from './_outside.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';

/** `orchestrate outside keep` */
export const outsideKeep = defineOperation({
  name: 'outside keep',
  summary: 'Take outside changes over: proven, reviewed, with a restore point.',
  description:
    'Makes them a change like any other: their files are copied, ComfyUI is booted from exactly them on a port of its own, and you approve what merges. Code that is new runs only after you said yes. The folders that they come from are only read.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({
    ids: outsideIdsField.describe('Ids of outside changes.'),
    all: z.boolean().default(false).describe('All that can be taken over.'),
    dryRun: dryRunField,
    yes: yesField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['ids'],
  examples: [
    { command: 'orchestrate outside keep o3', explains: 'Take one of them over.' },
    { command: 'orchestrate outside keep --all', explains: 'Take over everything that can be.' },
  ],
  async run(app, { ids, all, dryRun, yes }) {
    requireChoice('outside keep', { ids, all });
    await lookOutside(app);
    const { ledger } = await app.installation();
    const open = newest(ledger, 'outside.found', 'outside:found')?.data.differences ?? [];
    const taken = takeable(chooseDifferences(open, ids), { isByName: !all }).map(({ id }) => id);
    const answer = await app.ask('run.start', {
      goal: `keep outside changes ${taken.join(', ')}`,
      options: { ...runOptions({ dryRun, yes }), playbook: 'keep-outside', inputs: { changes: taken.join(',') } },
      by: personOf(app),
    });
    return acceptedRun(app, answer);
  },
});
