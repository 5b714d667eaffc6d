import { Fault } from '../../base/fault.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { noteTrash } from '../removal/note-trash.ts';
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
    const why = 'installers put them beside production, which was stopped';
    await note(engine, composed, { what: 'packages', name: composed.instance, why });
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'EPOCH_OLD') throw error;
    log.warn('what production wrote was not looked at; its folder goes to trash', { ...error.toRecord() });
    await files.ensureDir(trash);
    const isTaken = (await files.info(`${trash}/${composed.instance}`)) !== undefined;
    const name = isTaken ? `${composed.instance}-rest` : composed.instance;
    await files.rename(composed.dir, `${trash}/${name}`);
    const why = `what production wrote could not be looked at: ${error.message}`;
    await note(engine, composed, { what: 'instance', name, why });
  }
}

async function note(
  engine: Engine,
  { dir }: JournalKinds['instance.composed'],
  moved: { what: 'packages' | 'instance'; name: string; why: string },
): Promise<void> {
  const place = `${engine.paths.trash}/instances/${moved.name}`;
  const from = moved.what === 'packages' ? `${dir}/outside-packages` : dir;
  await noteTrash(engine, { ...moved, place, from, run: null, by: { kind: 'program', name: 'service' } });
}
