import type { App } from '../app.ts';
import { restoreTo } from '../operations/restore-to.ts';
import { run } from '../operations/run.ts';
import type { RunView } from '../views/run-view.ts';

/** Starts the playbook `backup`. */
export async function backUpRun(app: App, folder: string) {
  const input = { goal: 'make backup', playbook: 'backup', set: [`folder=${folder}`], detach: true };
  return begun(await run.run(app, run.input.parse(input)));
}

/** Starts a run that brings the restore point back. Fault: `RESTORE_NOT_FOUND`. */
export const restoreRun = async (app: App, point: string) =>
  begun(await restoreTo.run(app, restoreTo.input.parse({ point, detach: true })));

const begun = ({ run: id, state, waiting, isFinal }: RunView) => ({
  output: { taskId: id, state, waiting, record: { run: id } },
  run: isFinal || waiting !== null ? null : id,
});
