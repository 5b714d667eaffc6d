import { chmodSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { Fault } from '../../base/fault.ts';

/** What is put where a protected file is not: valid for whoever reads it, and saying nothing. */
const emptyJson = '{}\n';
const ours = 0o444;

export interface ProtectedPlaces {
  /** Takes away again what was made, as long as nobody else put something into it. */
  remove(): void;
}

/**
 * Makes what is protected and not there yet: a file for a name that ends in `.json`, else a folder; git keeps no empty one. A link anywhere
 * between the writable folder and the place is refused: a mount would follow it out (A69). Faults: `WALL_BROKEN`.
 */
export function makeProtected(paths: readonly string[], writable: readonly string[]): ProtectedPlaces {
  for (const path of writable) requirePlain(path);
  const made: string[] = [];
  const remove = (): void => made.toReversed().forEach(removeOurs);
  try {
    for (const path of paths) {
      const root = writable.find((one) => path.startsWith(`${one}/`));
      if (root === undefined) throw broken(path, 'is not below a folder that may be written');
      makeBelow(root, path, made);
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { remove };
}

/** A writable folder is where it says, and not one that a system needs. */
function requirePlain(path: string): void {
  const isSystem = /^\/(?:$|(?:usr|etc|bin|sbin|lib\w*|boot|dev|proc|sys|run|var|root|home|tmp)\/?$)/.test(path);
  if (isSystem) throw broken(path, 'is a folder of the system');
  if (realpathSync(path) !== path) throw broken(path, 'leads through a link');
}

function makeBelow(root: string, path: string, made: string[]): void {
  const names = path.slice(root.length + 1).split('/');
  if (names.some((name) => ['', '.', '..'].includes(name))) throw broken(path, 'is no plain path');
  let at = root;
  for (const [index, name] of names.entries()) {
    at = `${at}/${name}`;
    const isLast = index === names.length - 1;
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (found?.isSymbolicLink() === true) throw broken(at, 'is a link');
    if (found !== undefined && !isLast && !found.isDirectory()) throw broken(at, 'is no folder');
    if (found !== undefined && !found.isDirectory() && !found.isFile()) throw broken(at, 'is no plain file');
    // One that a killed supervisor left is ours, too.
    if (found !== undefined && isLast && isOurs(at)) made.push(at);
    if (found !== undefined) continue;
    if (isLast && name.endsWith('.json')) {
      // `wx` does not follow a link that comes meanwhile.
      writeFileSync(at, emptyJson, { flag: 'wx' });
      chmodSync(at, ours);
    } else mkdirSync(at);
    made.push(at);
  }
}

function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && (found.mode & 0o777) === ours && readFileSync(path, 'utf8') === emptyJson;
}

function removeOurs(path: string): void {
  try {
    if (isOurs(path)) rmSync(path);
    else if (lstatSync(path).isDirectory()) rmdirSync(path);
  } catch {
    // It is in use by now, or gone.
  }
}

const broken = (path: string, why: string): Fault =>
  new Fault('WALL_BROKEN', `No wall is put around ${dirname(path)}: ${path} ${why}.`, {
    state: 'The program was not started.',
    data: { path },
  });
