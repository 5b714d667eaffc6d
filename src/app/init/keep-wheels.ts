import type { PackageFate } from '../../domain/environments/sources.ts';
import type { Files } from '../../ports/index.ts';

/**
 * Copies wheels that lie on this machine into the kept ones, by their hash: `<sha256>/<file>`. Each is on the
 * disk before it has its name there: it may be the only copy. A repeat is safe. Returns how many.
 */
export async function keepWheels(
  files: Files,
  { wheelsDir, fates }: { wheelsDir: string; fates: readonly PackageFate[] },
): Promise<number> {
  const paths = fates.flatMap(({ fate, from }) => (fate === 'kept wheel' && from !== null ? [from] : []));
  for (const path of paths) {
    const incoming = `${wheelsDir}/incoming`;
    await files.remove(incoming);
    await files.ensureDir(incoming);
    await files.copyTree(path, `${incoming}/${path.slice(path.lastIndexOf('/') + 1)}`, { synced: true });
    const sha256 = /^([0-9a-f]{64}) /.exec((await files.manifest(incoming)).lines[0] ?? '')?.[1];
    if (sha256 === undefined || (await files.info(`${wheelsDir}/${sha256}`)) !== undefined)
      await files.remove(incoming);
    else await files.rename(incoming, `${wheelsDir}/${sha256}`);
  }
  return paths.length;
}
