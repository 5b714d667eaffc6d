import { chmodSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';

import { Fault } from '../../base/fault.ts';

/** Mode of a placeholder: no git and no editor makes such a file. */
const ours = 0o444;
/** What is put where a protected file is not: valid for whoever reads it, and saying nothing. */
const placeholders: readonly { readonly name: RegExp; readonly text: string }[] = [
  { name: /\.json$/, text: '{}\n' },
  { name: /^\.(?:gitattributes|gitmodules|envrc)$|\.ya?ml$|\.toml$/, text: '' },
];

export interface ProtectedPlaces {
  /** Takes away again what was made, once no other wall of this process needs it, and as long as nobody put something into it. */
  remove(): void;
}

/** How many walls of this process stand on a placeholder: to remove a file takes the mount away that lies on it. */
const inUse = new Map<string, number>();

/**
 * Makes what is protected and not there yet: a file that says nothing where a file belongs, else a folder; git keeps no empty one. A link
 * anywhere between the writable folder and the place is refused: a mount would follow it out (A69). Faults: `WALL_BROKEN`.
 */
export function makeProtected(paths: readonly string[], writable: readonly string[]): ProtectedPlaces {
  for (const path of writable) requirePlain(path);
  const made: string[] = [];
  const remove = (): void => made.splice(0).toReversed().forEach(release);
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

/**
 * Refuses a place below a writable folder that a link leads to: what is put over it would be put, or made, where the link points (A69).
 * Faults: `WALL_BROKEN`.
 */
export function requireNoLink(paths: readonly string[], writable: readonly string[]): void {
  for (const path of paths) {
    const root = writable.find((one) => path.startsWith(`${one}/`));
    if (root === undefined) continue;
    let at = root;
    for (const name of path.slice(root.length + 1).split('/')) {
      at = `${at}/${name}`;
      if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true) throw broken(at, 'is a link');
    }
  }
}

/** A writable folder is none that the system needs, nor a link that somebody put in its place. */
function requirePlain(path: string): void {
  const isSystem = (one: string): boolean =>
    /^\/(?:$|(?:usr|etc|bin|sbin|lib\w*|boot|dev|proc|sys|run|var|root|home|tmp)\/?$)/.test(one);
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw broken(path, 'is no folder');
  if (isSystem(path) || isSystem(realpathSync(path))) throw broken(path, 'is a folder of the system');
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
    // One of another wall, or that a killed supervisor left, is ours, too.
    if (found !== undefined && !inUse.has(at) && !(isLast && isOurs(at))) continue;
    if (found === undefined) make(at, isLast ? placeholders.find((one) => one.name.test(name))?.text : undefined);
    inUse.set(at, (inUse.get(at) ?? 0) + 1);
    made.push(at);
  }
}

function make(path: string, text: string | undefined): void {
  if (text === undefined) return mkdirSync(path);
  // `wx` does not follow a link that comes meanwhile.
  writeFileSync(path, text, { flag: 'wx' });
  chmodSync(path, ours);
}

function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile() !== true || (found.mode & 0o777) !== ours || found.size > 8) return false;
  const text = readFileSync(path, 'utf8');
  return placeholders.some((one) => one.name.test(path.slice(path.lastIndexOf('/') + 1)) && one.text === text);
}

function release(path: string): void {
  const n = (inUse.get(path) ?? 1) - 1;
  if (n > 0) return void inUse.set(path, n);
  inUse.delete(path);
  try {
    if (isOurs(path)) rmSync(path);
    else if (lstatSync(path).isDirectory()) rmdirSync(path);
  } catch {
    // Somebody put something into it, or it is gone.
  }
}

const broken = (path: string, why: string): Fault =>
  new Fault('WALL_BROKEN', `No wall is put up: ${path} ${why}.`, {
    state: 'The program was not started.',
    data: { path },
  });
