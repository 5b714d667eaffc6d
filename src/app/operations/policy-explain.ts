import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { explainSchema, explainView } from '../views/policy-view.ts';
import { requireChange } from './_answer-review.ts';
import { changeIdField } from './_inputs.ts';

/** `orchestrate policy explain <change>` */
export const policyExplain = defineOperation({
  name: 'policy explain',
  summary: 'Say which rule asks for what before a change merges, and who could give it.',
  description:
    'Each line ends in what says so: a line of a file, or `built in`. Approvals name their journal rows; only those of exactly this base, tree and policy are listed.',
  effect: 'read',
  needs: 'home',
  input: z.object({ change: changeIdField.describe('Its id, e.g. `c9`.') }),
  output: explainSchema,
  positional: ['change'],
  examples: [{ command: 'orchestrate policy explain c9', explains: 'What change c9 still needs, and from whom.' }],
  async run(app, { change }) {
    await requireChange(app, change);
    return explainView({ ...(await app.installation()), outside: app.outside }, change);
  },
});
