import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { alertSchema } from '../views/alert-view.ts';
import { alertField, commentField, loadAlert } from './_alerts.ts';
import { personOf } from './_run-output.ts';

/** `orchestrate alerts ack <alert>` */
export const alertsAck = defineOperation({
  name: 'alerts ack',
  summary: 'Say that you have seen an alert: it is told nobody any more, and goes on until it is over.',
  effect: 'write',
  needs: 'home',
  input: z.object({ alert: alertField, comment: commentField }),
  output: alertSchema,
  positional: ['alert'],
  examples: [
    {
      command: 'orchestrate alerts ack a3 --comment "new disk is ordered"',
      explains: 'Others see who has it in hand.',
    },
  ],
  async run(app, { alert, comment }) {
    const named = (await loadAlert(app, alert)).alert;
    await app.ask('alert.acknowledge', { alert: named, comment, by: personOf(app) });
    return loadAlert(app, named);
  },
});
