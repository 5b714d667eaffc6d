import type { CommitId } from '../../base/ids.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import type { HomeRepository } from '../../ports/git.ts';
import type { EngineContext } from '../context.ts';
import { rescueCommitsOf } from './back-up.ts';
import { noteSlotTrash } from './note-trash.ts';

/**
 * Brings a slot to a commit, and loses nothing that anybody left in it: commits that only it named are taken into the
 * store first, files that are in the way go to the trash, and both get a record with a backup. `use` names this
 * preparing for all time (`r7`): it is the folder in the trash. To be called within an effect; a repeat goes on.
 */
export async function prepareSlotSafely(
  engine: EngineContext,
  options: { slot: string; commit: CommitId; use: string; run: string | null; by: Actor },
): ReturnType<HomeRepository['prepareSlot']> {
  const { slot, commit, use, run, by } = options;
  const dir = `${engine.paths.trees}/${slot}`;
  const trashDir = `${engine.paths.trash}/${use}-${slot}`;
  await rescueCommitsOf(engine, dir);
  const prepared = await engine.home.prepareSlot({ slot: { name: slot, dir }, commit, trashDir });
  await noteSlotTrash(engine, { trashDir, slot, why: `it was in the way of ${use}`, run, by });
  return prepared;
}
