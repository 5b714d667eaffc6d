import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';

/** Where programs are looked for when the person's PATH names no folder that exists. */
const fallback = ['/usr/local/bin', '/usr/bin', '/bin'];

/**
 * Returns the folders of a PATH that are absolute and exist, in order, each once. A relative entry
 * would let the folder that a program runs in decide which program runs.
 */
export function fixedSearchPath(path: string | undefined): readonly string[] {
  const folders = (path ?? '')
    .split(':')
    .filter((folder) => isAbsolute(folder))
    .map((folder) => resolve(folder));
  const present = [...new Set(folders)].filter(isFolder);
  return present.length > 0 ? present : fallback.filter(isFolder);
}

/** Returns the absolute path of the first executable of that name, or undefined when there is none. */
export function findProgram(name: string, searchPath: readonly string[]): string | undefined {
  if (name.includes('/')) return undefined;
  return searchPath.map((folder) => join(folder, name)).find(isExecutable);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
