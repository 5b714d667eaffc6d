import { Fault } from '../../base/fault.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { lookOutside } from './look.ts';

/**
 * Before production's folder goes: what changed in it is named and held in the store, and what installers put beside it
 * goes to trash. When that cannot be done the whole folder goes to trash. A repeat finds nothing left to save.
 */
export async function saveInstance(engine: Engine, composed: JournalKinds['instance.composed']): Promise<void> {
  const { files, log } = engine.outside;
  if (composed.purpose !== 'production') return;
  if ((await files.info(composed.dir)) === undefined) return;
  const trash = `${engine.paths.trash}/instances`;
  try {
    await lookOutside(engine, 'service stop');
    if ((await files.list(`${composed.dir}/outside-packages`)).length === 0) return;
    await files.ensureDir(`${trash}/${composed.instance}`);
    await files.rename(`${composed.dir}/outside-packages`, `${trash}/${composed.instance}/outside-packages`);
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'EPOCH_OLD') throw error;
    log.warn('what production wrote was not looked at; its folder goes to trash', { ...error.toRecord() });
    await files.ensureDir(trash);
    await files.remove(`${trash}/${composed.instance}`);
    await files.rename(composed.dir, `${trash}/${composed.instance}`);
  }
}
