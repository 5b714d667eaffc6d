import { hash } from 'node:crypto';

import type { FolderTally } from '../../ports/files.ts';
import { walk } from './walk.ts';

/** Counts what lies below a folder. Costs one lstat per entry, and stops looking past the limit. */
export async function tallyOf(dir: string, maxEntries: number): Promise<FolderTally> {
  const files: { name: string; line: string; stat: string }[] = [];
  let sizeBytes = 0;
  let newestMs = 0;
  let nEntries = 0;
  let isCut = false;
  await walk(dir, {
    skip() {
      nEntries += 1;
      isCut ||= nEntries > maxEntries;
      return isCut;
    },
    entry({ name, stat }) {
      sizeBytes += stat.size;
      newestMs = Math.max(newestMs, stat.mtimeMs);
      const line = `${name} ${stat.size} ${stat.mtimeMs}`;
      files.push({ name, line, stat: `${line} ${stat.ctimeMs} ${stat.ino} ${stat.mode}` });
    },
  });
  files.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const digestOf = (of: 'line' | 'stat'): string => hash('sha256', files.map((one) => `${one[of]}\n`).join(''));
  return { nFiles: files.length, sizeBytes, newestMs, digest: digestOf('line'), statDigest: digestOf('stat'), isCut };
}
