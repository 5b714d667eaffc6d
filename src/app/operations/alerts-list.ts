import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { alertSchema, alertViews } from '../views/alert-view.ts';

/** Of those that are over. */
const maxShown = 200;

/** `orchestrate alerts list` */
export const alertsList = defineOperation({
  name: 'alerts list',
  summary: 'List what somebody has to know: open alerts, the most severe first.',
  description:
    'What is the same is one alert, counted. What follows from another open alert is listed below it and not told by itself. Who is told besides you stands in orchestrate.yaml below alerts.targets.',
  effect: 'read',
  needs: 'home',
  input: z.object({ all: z.boolean().default(false).describe('Those that are over, too; 200 at most.') }),
  output: z.object({ alerts: z.array(alertSchema).describe('Open ones by severity, then by age.') }),
  examples: [
    { command: 'orchestrate alerts list', explains: 'What is open.' },
    { command: 'orchestrate alerts list --all', explains: 'What was, too, and what showed that it was over.' },
  ],
  async run(app, { all }) {
    const { ledger } = await app.installation();
    return { alerts: alertViews(ledger, { nowMs: app.outside.clock.nowMs(), all }).slice(0, maxShown) };
  },
});
