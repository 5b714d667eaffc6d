import type { GitTreeId } from '../../base/ids.ts';
import { type ChangedFile, type FileSide, isRead } from '../../domain/changes/file-meaning.ts';
import { type Footprint, footprintOf } from '../../domain/changes/footprint.ts';
import type { FileDifference } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Returns what the way from one tree to another touches. Reads the store only: the same two trees give the same answer for all time. */
export async function footprintBetween(
  { store }: Pick<EngineContext, 'store'>,
  before: GitTreeId,
  after: GitTreeId,
): Promise<Footprint> {
  if (before === after) return footprintOf([]);
  const differences = await store.differences(before, after);
  const sideOf = async (path: string, side: FileDifference['before']): Promise<FileSide | null> => {
    if (side === null) return null;
    const id = `${side.mode} ${side.blob}`;
    return { id, text: isRead(path) && side.mode !== '120000' ? await textOf(store, side.blob) : null };
  };
  const files: ChangedFile[] = [];
  for (const { path, before: was, after: is } of differences)
    files.push({ path, before: await sideOf(path, was), after: await sideOf(path, is) });
  return footprintOf(files);
}

async function textOf(store: EngineContext['store'], blob: string): Promise<string | null> {
  try {
    return decoder.decode(await store.readBlob(blob));
  } catch (error) {
    // Bytes that are no text mean nothing that could be compared; whatever else is wrong with the store is not ours to hide.
    if (error instanceof TypeError) return null;
    throw error;
  }
}
