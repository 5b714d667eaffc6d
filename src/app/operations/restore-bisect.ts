import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { restoreNameOf, restoreRows } from '../views/restore-view.ts';
import { runSchema } from '../views/run-view.ts';
import { detachField, dryRunField } from './_inputs.ts';
import { requireRestoreRow } from './_restore-points.ts';
import { acceptedRun, personOf, runOptions } from './_run-output.ts';

const pointField = (what: string) => z.string().min(1).nullable().default(null).describe(what);

/** `orchestrate restore bisect` */
export const restoreBisect = defineOperation({
  name: 'restore bisect',
  summary: 'Find the merge that broke it, by trying the states between.',
  description:
    'Tries the good and the bad restore point first, then halves the commits of the branch between them: boots each exact tree in the environment of its own lock, on a leased port, and runs its workflows. What ran at the good one and does not at the bad one is followed back: a workflow, a node pack that does not import, or the service itself. What has to be built is built from kept wheels, no index is asked; a state that cannot be tried is skipped and said so. At the end it names the merge, its change, the packages that differ, and what to type. The branch, home and production are not touched; a bisect that is killed goes on where it was.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({
    good: pointField('Number or name of a restore point at which all was well; left out: the oldest of the branch.'),
    bad: pointField('Number or name of a restore point at which it is broken; left out: the newest of the branch.'),
    workflow: z
      .string()
      .min(1)
      .max(200)
      .nullable()
      .default(null)
      .describe('Look at this workflow of workflows/ alone; left out: all of them, and whether packs import.'),
    dryRun: dryRunField,
    detach: detachField,
  }),
  output: runSchema,
  examples: [
    { command: 'orchestrate restore bisect --dry-run', explains: 'Show how many states would be tried.' },
    { command: 'orchestrate restore bisect --good 3 --bad 9', explains: 'Which merge after restore point 3 broke it?' },
    { command: 'orchestrate restore bisect --workflow portrait', explains: 'Since when does portrait not run?' },
  ],
  async run(app, { good, bad, workflow, dryRun }) {
    const { ledger } = await app.installation();
    const rows = restoreRows(ledger);
    const nameOf = (point: string | null): string =>
      point === null ? '' : restoreNameOf(requireRestoreRow(rows, point).data.tag);
    const options = {
      ...runOptions({ dryRun, yes: true }),
      playbook: 'bisect-restore-points',
      inputs: { good: nameOf(good), bad: nameOf(bad), workflow: workflow ?? '' },
    };
    return acceptedRun(app, await app.ask('run.start', { goal: 'bisect', options, by: personOf(app) }));
  },
});
