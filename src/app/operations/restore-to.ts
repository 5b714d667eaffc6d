import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { restoreNameOf, restoreRows } from '../views/restore-view.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, dryRunField, yesField } from './_inputs.ts';
import { requireRestoreRow } from './_restore-points.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';

/** `orchestrate restore to <point>` */
export const restoreTo = defineOperation({
  name: 'restore to',
  summary: 'Bring back a restore point.',
  description:
    'Brings the state back as a new commit; the branch never moves backwards. The plan lists the later merges that it drops; they stay as restore points.',
  effect: 'write',
  everyday: true,
  needs: 'home',
  follows: true,
  input: z.object({
    point: z.string().min(1).describe('Its number or name, e.g. `7` or `0007-upgrade-pytorch`.'),
    dryRun: dryRunField,
    yes: yesField,
    detach: detachField,
  }),
  output: runSchema,
  positional: ['point'],
  examples: [
    { command: 'orchestrate restore to 5 --dry-run', explains: 'Show which merges it drops and what comes back.' },
    { command: 'orchestrate restore to 0005-add-upscaler', explains: 'Bring it back.' },
  ],
  async run(app, input) {
    const { ledger } = await app.installation();
    const to = restoreNameOf(requireRestoreRow(restoreRows(ledger), input.point).data.tag);
    return acceptedRun(
      app,
      await app.ask('restore.start', { kind: 'restore', to, options: runOptions(input), by: personOf(app) }),
    );
  },
});
