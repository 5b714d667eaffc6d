import { z } from 'zod';

import { Fault } from '../../base/fault.ts';
import type { App } from '../app.ts';
import { outsideOverview, outsideSchema, type OutsideOverview } from '../views/outside-view.ts';
import { personOf } from './_run-output.ts';

export const outsideIdsField = z
  .array(z.string().regex(/^o[1-9]\d{0,8}$/, 'has to be the id of an outside change, like o3'))
  .max(100)
  .default([]);

export const outsideOutput = z.object({
  differences: z.array(outsideSchema).describe('What moved and is neither kept nor discarded.'),
  summary: z.string().nullable().describe('One line, or null when nothing is worth one.'),
  restorePoint: z.string().nullable().describe('Restore point that keeping them would make, or null.'),
  sinceMs: z.number().nullable().describe('When it was first looked at, in milliseconds since 1970.'),
});

/** Has the supervisor look, and returns what is open then. */
export async function lookOutside(app: App): Promise<OutsideOverview> {
  await app.ask('outside.look', { by: personOf(app) });
  return loadOutside(app);
}

/** Returns what is open as last written down. */
export async function loadOutside(app: App): Promise<OutsideOverview> {
  const { ledger } = await app.installation();
  return outsideOverview(ledger, app.outside.clock.nowMs());
}

/** Ids or all: an empty list must not mean everything by accident. Fault: `USAGE_BAD_ARGUMENT`. */
export function requireChoice(operation: string, { ids, all }: { ids: readonly string[]; all: boolean }): void {
  if (ids.length > 0 !== all) return;
  throw new Fault(
    'USAGE_BAD_ARGUMENT',
    all ? `${operation} takes ids or --all, not both.` : `${operation} needs ids of outside changes, or --all.`,
    { hints: ['orchestrate outside list', `orchestrate ${operation} --all`], state: 'Nothing was changed.' },
  );
}
