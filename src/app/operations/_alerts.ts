import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import { keyPattern } from '../../domain/alerts/match-key.ts';
import { suppressionsOf } from '../../engine/alerts/suppressions.ts';
import type { App } from '../app.ts';
import { alertView, type AlertView } from '../views/alert-view.ts';

export const alertField = z.string().min(1).max(200).describe('Its id, e.g. `a3`, or its key, e.g. `disk:full`.');
export const commentField = z
  .string()
  .max(500, 'has to be at most 500 characters')
  .nullable()
  .default(null)
  .describe('What others should know about it.');
export const matchField = z
  .string()
  .regex(keyPattern, 'has to be a key such as disk:full, or the beginning of keys with * such as signature:*')
  .describe('A key such as `disk:full`, or the beginning of keys with `*`: `signature:*`.');

export const suppressionSchema = z.object({
  id: z.string().describe('`s2`'),
  match: z.string().describe('Keys that are told nobody.'),
  untilMs: z.number().describe('Until when, in milliseconds since 1970.'),
  reason: z.string().describe('Why.'),
  by: z.string().describe('Who said so.'),
});
export const suppressionsSchema = z.object({
  suppressions: z.array(suppressionSchema).describe('Those that hold now.'),
});
export type SuppressionsView = z.infer<typeof suppressionsSchema>;

/** Returns the alert as it is now. Fault: `ALERT_NOT_FOUND`. */
export async function loadAlert(app: App, named: string): Promise<AlertView> {
  const { ledger } = await app.installation();
  const view = alertView(ledger, named, app.outside.clock.nowMs());
  if (view === undefined) throw new Fault('ALERT_NOT_FOUND', `There is no alert ${named}.`);
  return view;
}

/** Returns the suppressions that hold now. */
export async function loadSuppressions(app: App): Promise<SuppressionsView> {
  const { ledger } = await app.installation();
  return { suppressions: [...suppressionsOf(ledger, app.outside.clock.nowMs())] };
}
