import { z } from 'zod';

import { momentOf } from '../../engine/moment.ts';
import type { App } from '../app.ts';
import { conditionViews, type ConditionView } from '../views/condition-view.ts';

export const conditionNameField = z
  .string()
  .min(1)
  .max(200, 'has to be at most 200 characters')
  .describe('A tree and a name: `env-setup:environment_stable`.');

/** Returns every condition as it stands now. */
export async function loadConditions(app: App): Promise<ConditionView[]> {
  const { ledger, definitions } = await app.installation();
  return conditionViews(ledger, definitions, momentOf(app.outside.clock));
}

/** Returns the condition that was just moved. */
export async function loadCondition(app: App, name: string): Promise<ConditionView> {
  const found = (await loadConditions(app)).find((one) => one.name === name);
  if (found === undefined) throw new Error(`the journal has no row for ${name}`);
  return found;
}
