import { Fault } from '../../base/fault.ts';

/** Returns a package's name as PEP 503 writes it. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** https://packaging.python.org/en/latest/specifications/name-normalization/ */
const namePattern = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** Refuses a text that is not a package's name, before it becomes an argument of a program. */
export function requireName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new Fault('NAME_INVALID', `This is not the name of a package: ${JSON.stringify(name)}`);
}

/**
 * Refuses a line that is more than a name, extras, a version range and a marker: an option, an
 * address or a path would be a second source of packages.
 */
export function requireRequirement(line: string): string {
  const text = line.replace(/(^|\s)#.*$/, '').trim();
  if (text === '' || (/^[A-Za-z0-9]/.test(text) && !/[\r\n\\]|:\/\/|\s@|@\s|\s--?[a-z]|^[^;]*\//.test(text)))
    return text;
  throw new Fault('DEFINITION_INVALID', `This is not a package's name with a version range: ${JSON.stringify(line)}`, {
    hints: ['Write a line such as torch>=2.8,<3'],
  });
}
