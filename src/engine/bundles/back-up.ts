import type { BackedUp } from '../../actions/_context.ts';
import { Fault } from '../../base/fault.ts';
import { printExport } from '../../domain/memory/portable.ts';
import type { Engine } from '../engine.ts';
import { collectExport } from '../memory/collect-export.ts';
import { listRestorePoints } from '../restore/points.ts';
import { findPoint } from '../restore/targets.ts';
import { bundleKeyFile, collectBundle } from './collect.ts';

/**
 * Writes a restore point as a signed bundle, and all versions of memory as one file, into a folder. The bundle is read back whole, every
 * hash in it compared; one of the same point that is there already is only read. A memory file of the same day is written anew; nothing
 * else there is touched, and nothing taken away. A repeat is safe.
 * Faults: `FILE_ACCESS` (no such folder), `USAGE_BAD_ARGUMENT` (inside of home), `RESTORE_NOT_FOUND`, `RESTORE_UNAVAILABLE`, `BUNDLE_INVALID`, `DISK_FULL`.
 */
export async function backUp(
  engine: Engine,
  { point: asked, folder, signal }: { readonly point: string; readonly folder: string; readonly signal: AbortSignal },
): Promise<BackedUp> {
  const { files, bundles } = engine.outside;
  await requireBackupFolder(engine, folder);
  const points = (await listRestorePoints(engine)).filter((one) => !one.isVoid);
  const point = findPoint(points, asked);
  const bundle = `${folder}/${engine.config.id}-${point.name}.bundle.tar`;
  const reused = (await files.info(bundle)) !== undefined;
  if (!reused) {
    const { body, parts } = await collectBundle(engine, point, { withWheels: true });
    await bundles.write({ file: bundle, keyFile: bundleKeyFile(engine), body, parts, signal });
  }
  const read = await bundles.scan(bundle, { signal });
  return {
    point: point.name,
    bundle,
    bundleBytes: read.sizeBytes,
    key: read.fingerprint,
    reused,
    ...(await saveMemory(engine, folder)),
  };
}

/** Refuses a folder that is not there, and one that belongs to what is backed up. Faults: `FILE_ACCESS`, `USAGE_BAD_ARGUMENT`. */
async function requireBackupFolder({ outside, paths }: Engine, folder: string): Promise<void> {
  const state = 'Nothing was written.';
  const within = [paths.home, paths.state].find((dir) => folder === dir || folder.startsWith(`${dir}/`));
  if (within !== undefined)
    throw new Fault('USAGE_BAD_ARGUMENT', `${folder} lies in ${within}, and would be lost with it.`, {
      hints: ['A folder on another disk: --set folder=/media/backup'],
      state,
    });
  if ((await outside.files.info(folder))?.kind !== 'directory')
    throw new Fault('FILE_ACCESS', `${folder} is no folder that is there.`, {
      hints: ['Is the disk mounted? A backup makes no folder, so that none is written below an empty mount point.'],
      state,
    });
}

async function saveMemory({ memory, config, outside }: Engine, folder: string) {
  const { files, clock, digest } = outside;
  const entries = await collectExport(memory, { history: true });
  const nowMs = clock.nowMs();
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const file = `${folder}/${config.id}-memory-${day}.jsonl`;
  const sha256 = (text: string): string => digest.sha256(text);
  const text = printExport({ installation: config.id, madeAtMs: nowMs, entries, sha256 });
  await files.writeAtomic(file, text, { mode: 0o600 });
  return {
    memory: file,
    memoryBytes: new TextEncoder().encode(text).length,
    nEntries: new Set(entries.map(({ key }) => key)).size,
  };
}
