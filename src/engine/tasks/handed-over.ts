import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';

/** What a hand-over brings into the slot, if the run came there by one. */
export function handedOver(engine: Engine, run: string, slot: string): GitTreeId | undefined {
  const over = dataOf('run.failedOver', engine.ledger.latest(`failover:${run}`));
  return over?.to.slot === slot && over.tree !== null ? asGitTreeId(over.tree) : undefined;
}

/** Makes the files below `dir`, which are those of `from`, those of `to`. A repeat is safe. */
export async function bringFiles(
  engine: Engine,
  { dir, from, to }: { dir: string; from: GitTreeId; to: GitTreeId },
): Promise<number> {
  const { files } = engine.outside;
  const differences = await engine.store.differences(from, to);
  // What goes first: a folder may become a file of the same name.
  for (const { path, after } of differences) if (after === null) await files.remove(`${dir}/${path}`);
  for (const { path, after } of differences) {
    if (after === null) continue;
    const place = `${dir}/${path}`;
    const bytes = await engine.store.readBlob(after.blob);
    const there = await files.info(place);
    if (there !== undefined && there.kind !== 'file') await files.remove(place);
    await files.ensureDir(place.slice(0, place.lastIndexOf('/')));
    if (after.mode === '120000') {
      await files.remove(place);
      await files.link(place, new TextDecoder().decode(bytes));
    } else await files.writeAtomic(place, bytes, { mode: after.mode === '100755' ? 0o755 : 0o644 });
  }
  return differences.length;
}
