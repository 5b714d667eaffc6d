import type { Shown } from '../end-alerts.ts';

/** The driver answers, with a card. */
export const shownByCard: Shown = async ({ outside }) => {
  const probed = await outside.accelerators.probe();
  if (probed.kind !== 'nvidia' || probed.gpus.length === 0) return undefined;
  return [`the driver ${probed.driver} answers with ${probed.gpus.map(({ name }) => name).join(', ')}`];
};
