import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { runSchema } from '../views/run-view.ts';
import { requireChange } from './_answer-review.ts';
import { changeIdField, detachField } from './_inputs.ts';
import { personOf, requireRun } from './_run-output.ts';

/** `orchestrate review resubmit <change>` */
export const reviewResubmit = defineOperation({
  name: 'review resubmit',
  summary: 'Take the files of a change again, after they were edited.',
  description:
    'The edited files become the next draft of the same change: it is checked, proven and reviewed anew, and what was answered about the older draft no longer counts. Where the branch was in conflict, each conflicting file has to be edited to what it shall be on top of the branch. Every draft is kept.',
  effect: 'write',
  needs: 'home',
  follows: true,
  input: z.object({ change: changeIdField.describe('Its id, e.g. `c9`.'), detach: detachField }),
  output: runSchema,
  positional: ['change'],
  examples: [
    { command: 'orchestrate review resubmit c9', explains: 'The slot was edited as the reviewer asked: look again.' },
  ],
  async run(app, { change }) {
    const { run } = await requireChange(app, change);
    await app.ask('change.resubmit', { change, by: personOf(app) });
    return requireRun(app, run);
  },
});
