import { Fault } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { forgetSlots } from '../tasks/tamper.ts';
import { rescueCommitsOf } from './back-up.ts';
import { noteSlotTrash, noteTrash } from './note-trash.ts';

/** Moves a half-made slot to the trash, with its record and the commits that only it named. A repeat is safe. */
export async function setSlotAside(engine: Engine, name: string, by: Actor): Promise<string> {
  const slot = { name, dir: `${engine.paths.trees}/${name}` };
  const trashDir = `${engine.paths.trash}/${name}`;
  await rescueCommitsOf(engine, slot.dir);
  await engine.home.removeSlot({ slot, trashDir });
  await noteSlotTrash(engine, { trashDir, slot: name, why: 'it was half made', run: null, by });
  await forgetSlots(engine, [name]);
  return `moved the half-made slot ${name} to trash`;
}

/**
 * Moves a folder of instances that none runs from to the trash, with its record, each time to a name of its own. Fault
 * `REMOVAL_REFUSED` when something lies there all the same: nothing is moved then. A repeat is safe.
 */
export async function setInstanceAside(engine: Engine, name: string, by: Actor): Promise<string> {
  const { files, digest } = engine.outside;
  const dir = `${engine.paths.instances}/${name}`;
  const trash = `${engine.paths.trash}/instances`;
  const nth = digest.sha256(`${dir} ${engine.ledger.head().seq}`).slice(0, 8);
  const place = `${trash}/${name}-${nth}`;
  await files.ensureDir(trash);
  if ((await files.moveNew(dir, place)) === 'taken') throw leftForNow(`${place} is taken`);
  const isComposed = dataOf('instance.composed', engine.ledger.latest(`instance:${name}`)) !== undefined;
  const why = isComposed ? 'its instance does not run' : 'it is of no instance on record';
  // What was composed, or began to be, is of the store: its bytes are not kept twice.
  const what = isComposed || /^i\d+$/.test(name) ? 'instance' : 'found';
  await noteTrash(engine, { place, what, name, from: dir, why, run: null, by });
  return `moved ${dir} to trash: ${why}`;
}

/** The fault for what cannot be moved out of the way now. */
export const leftForNow = (why: string): Fault =>
  new Fault('REMOVAL_REFUSED', `It is left for now: ${why}.`, { hints: ['orchestrate doctor'] });
