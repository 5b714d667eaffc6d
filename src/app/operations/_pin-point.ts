import type { App } from '../app.ts';
import { restoreRows, type RestoreView } from '../views/restore-view.ts';
import { loadRestorePoint, requireRestoreRow } from './_restore-points.ts';
import { personOf } from './_run-output.ts';

/** Pins a restore point, or lets it go. Returns it as it is then. Faults: `RESTORE_NOT_FOUND`, `NOTHING_TO_DO`. */
export async function pinPoint(
  app: App,
  { point, isPinned, reason }: { point: string; isPinned: boolean; reason: string | null },
): Promise<RestoreView> {
  const { ledger } = await app.installation();
  const { number } = requireRestoreRow(restoreRows(ledger), point).data;
  await app.ask('restore.pin', { number, isPinned, reason, by: personOf(app) });
  return loadRestorePoint(app, point);
}
