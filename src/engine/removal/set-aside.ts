import type { Actor } from '../../domain/journal/actor.ts';
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

/** Moves a folder that lies among the instances and is none of them to the trash. Never replaces what is there. */
export async function setInstanceAside(
  engine: Engine,
  { dir, name, by }: { readonly dir: string; readonly name: string; readonly by: Actor },
): Promise<string> {
  const place = `${engine.paths.trash}/instances/${name}`;
  await engine.outside.files.ensureDir(`${engine.paths.trash}/instances`);
  if ((await engine.outside.files.moveNew(dir, place)) === 'taken') return `left ${dir}: ${place} is taken`;
  const why = 'it lay among the instances and is none of them';
  await noteTrash(engine, { place, what: 'found', name, from: dir, why, run: null, by });
  return `moved ${dir} to trash: it is none of the instances`;
}
