import { bytesText } from '../../../domain/plans/amounts.ts';
import { loadDisks } from '../../health/folders.ts';
import type { Shown } from '../end-alerts.ts';

/** Every disk that is looked after has more room than `monitoring` warns of. */
export const shownByRoom: Shown = async (engine) => {
  const { disks, silent } = await loadDisks(engine);
  const isTight = disks.some(({ freeBytes }) => freeBytes < engine.config.monitoring.diskWarningBytes);
  if (disks.length === 0 || silent.length > 0 || isTight) return undefined;
  return disks.map(({ path, freeBytes }) => `${bytesText(freeBytes)} free at ${path}`);
};
