import { Fault } from '../../base/fault.ts';

/** As long as a name may be, and as deep: far from every limit of a file system. */
const maxNameLength = 64;
const maxNames = 8;

const namePattern = /^[a-z0-9][a-z0-9._-]*$/;
/** Names that Windows keeps for devices, whatever their ending. */
const deviceNamePattern = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;

/** Returns the text as the key of an entry, which is its path below the memory folder. Fault: `MEMORY_KEY_INVALID`. */
export function requireKey(text: string): string {
  const problem = keyProblem(text);
  if (problem === undefined) return text;
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
  throw new Fault('MEMORY_KEY_INVALID', `${shown} is no key of a memory entry: it ${problem}.`, {
    state: 'Nothing was changed.',
    hints: ['orchestrate memory list', 'A key is a path such as swarm/env-setup/python_versions.yaml'],
  });
}

/** Returns why a text is no key, as the end of a sentence, or undefined when it is one. */
export function keyProblem(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text.startsWith('/')) return 'starts with "/": give the path below the memory folder';
  const names = text.split('/');
  if (names.length > maxNames) return `has more than ${maxNames} parts`;
  for (const name of names) {
    const problem = nameProblem(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'has a "/" too many';
  if (name === '.' || name === '..') return `has ${JSON.stringify(name)} in it: it names its place as it is`;
  if (name.length > maxNameLength) return `has a part longer than ${maxNameLength} characters`;
  if (!namePattern.test(name))
    return 'may have lower-case letters, digits, ".", "_" and "-", and each part starts with a letter or digit';
  if (name.endsWith('.')) return 'has a part that ends in "."';
  return deviceNamePattern.test(name) ? 'has a part that Windows keeps for a device' : undefined;
}

/** Returns the form in which two paths are the same name on a file system that folds case or Unicode forms. */
export function foldedPath(path: string): string {
  return path.normalize('NFC').toLowerCase().normalize('NFC');
}

/**
 * Tells names that are nobody's entry: what explains the folder (`README.md`), what is hidden, and what editors put
 * beside a file while it is edited.
 */
export function isPassedOver(name: string): boolean {
  return name === 'README.md' || name.startsWith('.') || name.endsWith('~') || /^#.*#$/.test(name);
}

/** Tells whether a key lies at or below a prefix; every key does below none. */
export function isBelow(key: string, prefix: string | undefined): boolean {
  const folder = prefix?.replace(/\/+$/, '') ?? '';
  return folder === '' || key === folder || key.startsWith(`${folder}/`);
}
