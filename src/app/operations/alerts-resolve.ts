import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { alertSchema } from '../views/alert-view.ts';
import { alertField, commentField, loadAlert } from './_alerts.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate alerts resolve <alert>` */
export const alertsResolve = defineOperation({
  name: 'alerts resolve',
  summary: 'Say that an alert is over.',
  description:
    'Most end by themselves, by what is seen. When it is seen again within a day it is another alert, and one step more severe.',
  effect: 'write',
  needs: 'home',
  input: z.object({ alert: alertField, comment: commentField }),
  output: alertSchema,
  positional: ['alert'],
  examples: [{ command: 'orchestrate alerts resolve a3 --comment "model is back"', explains: 'It is over.' }],
  async run(app, { alert, comment }) {
    const named = (await loadAlert(app, alert)).alert;
    await app.ask('alert.resolve', { alert: named, comment, by: personOf(app) });
    return loadAlert(app, named);
  },
});
