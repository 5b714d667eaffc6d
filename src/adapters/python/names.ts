import { Fault } from '../../base/fault.ts';
import { packageNamePattern } from '../../domain/environments/package-name.ts';

/** Refuses a text that is not a package's name, before it becomes an argument of a program. */
export function requireName(name: string): string {
  if (packageNamePattern.test(name)) return name;
  throw new Fault('NAME_INVALID', `This is not the name of a package: ${JSON.stringify(name)}`);
}

/**
 * Refuses a line that is more than a name, extras, a version range and a marker: an option, an
 * address or a path would be a second source of packages. The last look before a program gets it; what it means was
 * read before (`domain/environments/requirements.ts`).
 */
export function requireSafeLine(line: string): string {
  const text = line.replace(/(^|\s)#.*$/, '').trim();
  if (text === '' || (/^[A-Za-z0-9]/.test(text) && !/[\r\n\\]|:\/\/|\s@|@\s|\s--?[a-z]|^[^;]*\//.test(text)))
    return text;
  throw new Fault('DEFINITION_INVALID', `This is not a package's name with a version range: ${JSON.stringify(line)}`, {
    hints: ['Write a line such as torch>=2.8,<3'],
  });
}
