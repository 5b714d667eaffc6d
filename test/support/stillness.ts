import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';

/** What is at every path below the folders: kind, mode, times but for the last access, and the hash of the bytes. */
export function stillness(...folders: readonly string[]): Readonly<Record<string, string>> {
  const seen: Record<string, string> = {};
  const look = (path: string): void => {
    const stat = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return void (seen[path] = 'absent');
    const what = stat.isSymbolicLink()
      ? `link ${fs.readlinkSync(path)}`
      : stat.isDirectory()
        ? 'folder'
        : stat.isFile()
          ? createHash('sha256').update(fs.readFileSync(path)).digest('hex')
          : 'special';
    seen[path] = `${what} ${stat.mode.toString(8)} ${stat.mtimeNs} ${stat.ino}`;
    if (stat.isDirectory()) for (const name of fs.readdirSync(path)) look(join(path, name));
  };
  for (const folder of folders) look(folder);
  return seen;
}

/** Returns the paths that are not as they were. */
export function moved(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((one) => before[one] !== after[one])
    .sort();
}
