import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { restoreNameOf, restoreRows } from '../views/restore-view.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField } from './_inputs.ts';
import { requireRestoreRow } from './_restore-points.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';

/** `orchestrate restore drill <point>` */
export const restoreDrill = defineOperation({
  name: 'restore drill',
  summary: 'Prove that a restore point comes back, without going there.',
  description:
    'Builds its environment anew from kept wheels in a folder of its own, asks no index, compares every file with what was sealed, boots the exact tree in it on a leased port, and runs its workflows. The branch, home, production and the sealed environments are not touched, and nothing stays but the record. Ends with 0 only when all of it held.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({
    point: z.string().min(1).describe('Its number or name, e.g. `7` or `0007-upgrade-pytorch`.'),
    detach: detachField,
  }),
  output: runSchema,
  positional: ['point'],
  examples: [
    { command: 'orchestrate restore drill 7', explains: 'Does restore point 7 come back from what is kept here?' },
  ],
  async run(app, { point }) {
    const { ledger } = await app.installation();
    const name = restoreNameOf(requireRestoreRow(restoreRows(ledger), point).data.tag);
    const options = {
      ...runOptions({ dryRun: false, yes: true }),
      playbook: 'drill-restore-point',
      inputs: { point: name },
    };
    return acceptedRun(app, await app.ask('run.start', { goal: `drill ${name}`, options, by: personOf(app) }));
  },
});
