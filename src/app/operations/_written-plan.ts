import { Fault } from '../../base/fault.ts';
import type { App } from '../app.ts';
import { newest, type Row } from '../views/journal-reader.ts';

/** Returns the playbook that a model wrote for a run. Faults: `RUN_NOT_FOUND`, `PLAYBOOK_NOT_FOUND` where none did. */
export async function requireWrittenPlan(app: App, run: string): Promise<Row<'plan.drafted'>> {
  const { ledger } = await app.installation();
  const drafted = newest(ledger, 'plan.drafted', `plan-draft:${run}`);
  if (drafted !== undefined) return drafted;
  const made = newest(ledger, 'plan.made', `plan:${run}`)?.data.plan.playbook;
  if (newest(ledger, 'run.created', `run:${run}`) === undefined)
    throw new Fault('RUN_NOT_FOUND', `There is no run ${run}.`);
  throw new Fault('PLAYBOOK_NOT_FOUND', `No model wrote the plan of ${run}.`, {
    hints: made === undefined ? [`orchestrate runs show ${run}`] : [`orchestrate playbooks show ${made}`],
    state: 'Nothing was changed.',
  });
}
