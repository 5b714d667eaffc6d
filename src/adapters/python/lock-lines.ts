import type { LockedPackage } from '../../ports/python.ts';
import { requireName } from './names.ts';

/** A version that is written as PEP 440 wants it: pip compares the text of `===` with that form. */
const normalVersion =
  /^(?:[1-9][0-9]*!)?(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))*(?:(?:a|b|rc)[0-9]+)?(?:\.post[0-9]+)?(?:\.dev[0-9]+)?(?:\+[a-z0-9]+(?:\.[a-z0-9]+)*)?$/;

/** Returns exact, hashed requirement lines. `==2.8.0` would also take `2.8.0+cu128`; `===` does not. */
export function lockLines(packages: readonly LockedPackage[]): string {
  return packages.map((locked) => `${lockLine(locked)}\n`).join('');
}

function lockLine({ name, version, sha256 }: LockedPackage): string {
  if (!/^[A-Za-z0-9.!+_-]+$/.test(version)) throw new Error(`not a version: ${JSON.stringify(version)}`);
  if (sha256.length === 0 || !sha256.every((hex) => /^[0-9a-f]{64}$/.test(hex)))
    throw new Error(`not a sha256 of ${name}`);
  const operator = normalVersion.test(version) ? '===' : '==';
  return `${requireName(name)}${operator}${version} ${sha256.map((hex) => `--hash=sha256:${hex}`).join(' ')}`;
}
