import { z } from 'zod';

import { defineOperation } from '../operation.ts';
import { alertSchema } from '../views/alert-view.ts';
import { entriesOf } from '../views/journal-reader.ts';
import { alertField, loadAlert } from './_alerts.ts';

/** `orchestrate alerts show <alert>` */
export const alertsShow = defineOperation({
  name: 'alerts show',
  summary: 'Show an alert: what shows it, what follows from it, who was told, and how it ended.',
  effect: 'read',
  needs: 'home',
  input: z.object({ alert: alertField }),
  output: alertSchema.extend({
    told: z
      .array(z.object({ target: z.string(), occasion: z.string(), atMs: z.number(), row: z.number() }))
      .describe('Targets that were told, oldest first.'),
    notTold: z
      .array(z.object({ target: z.string(), reason: z.string(), nextAtMs: z.number().nullable(), row: z.number() }))
      .describe('The newest attempts that failed, and when the next one is.'),
  }),
  positional: ['alert'],
  examples: [{ command: 'orchestrate alerts show a3', explains: 'All that is on record about it.' }],
  async run(app, { alert: named }) {
    const view = await loadAlert(app, named);
    const { ledger } = await app.installation();
    const told: { target: string; occasion: string; atMs: number; row: number }[] = [];
    const notTold: { target: string; reason: string; nextAtMs: number | null; row: number }[] = [];
    for (const { kind, data, atMs, seq } of entriesOf(ledger, {
      afterSeq: view.row,
      kinds: ['alert.told', 'alert.notTold'],
    })) {
      const { target, occasion, alerts, fault, nextAtMs } = data as unknown as {
        target: string;
        occasion: string;
        alerts: readonly string[];
        fault?: { message: string };
        nextAtMs?: number | null;
      };
      if (!alerts.includes(view.alert)) continue;
      if (kind === 'alert.told') told.push({ target, occasion, atMs, row: seq });
      else notTold.push({ target, reason: fault?.message ?? '', nextAtMs: nextAtMs ?? null, row: seq });
    }
    return { ...view, told, notTold: notTold.slice(-5) };
  },
});
