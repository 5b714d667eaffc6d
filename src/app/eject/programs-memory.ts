import type { App, Installation } from '../app.ts';

const page = 1_000;

/** Paths in home, relative, that programs wrote into memory and nobody touched since. Reads only. */
export async function programsMemory({ outside }: App, { memory, paths }: Installation): Promise<ReadonlySet<string>> {
  const folder = paths.memory.slice(paths.home.length + 1);
  const found = new Set<string>();
  for (let afterKey: string | undefined; ;) {
    const versions = memory.list({ withOld: true, limit: page, ...(afterKey === undefined ? {} : { afterKey }) });
    for (const { key, by, sha256 } of versions) {
      if (by.kind !== 'program') continue;
      const bytes = await outside.files.readBytes(`${paths.memory}/${key}`);
      if (bytes !== undefined && outside.digest.sha256(bytes) === sha256) found.add(`${folder}/${key}`);
    }
    afterKey = versions.at(-1)?.key;
    if (versions.length < page) return found;
  }
}
