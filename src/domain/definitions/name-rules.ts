import { Fault } from '../../base/fault.ts';
import { definitionIdPattern } from '../../base/ids.ts';

/** Names that Windows keeps for devices; a repository with such a file cannot be checked out there. */
const deviceNamePattern = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** Longest branch name that is accepted; git itself ends at the limit of the file system. */
const MAX_BRANCH_LENGTH = 200;

/** Returns the text as an id of something people write files for. `what` is like `agent`. Fault: `NAME_INVALID`. */
export function requireDefinitionId(text: string, what: string): string {
  return require(text, what, definitionIdProblem(text));
}

/** Returns the text as the name of a task (a step of a plan): the same form as an id. Fault: `NAME_INVALID`. */
export function requireTaskName(text: string): string {
  return require(text, 'task', definitionIdProblem(text));
}

/** Returns the text as a branch name: what `git check-ref-format --branch` takes, and no option or name of git's own. Fault: `NAME_INVALID`. */
export function requireBranchName(text: string): string {
  return require(text, 'branch', branchNameProblem(text));
}

/** Returns why a text is no id, as the end of a sentence, or undefined when it is one. */
export function definitionIdProblem(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (!definitionIdPattern.test(text))
    return 'may have lower-case letters, digits and "-", starts with a letter, and is 40 characters at most';
  return deviceNamePattern.test(text) ? 'is kept by Windows for a device' : undefined;
}

/** Returns why a text is no branch name, as the end of a sentence, or undefined when it is one. */
export function branchNameProblem(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text.length > MAX_BRANCH_LENGTH) return `is longer than ${MAX_BRANCH_LENGTH} characters`;
  if (text.startsWith('-')) return 'starts with "-"';
  if (text === '@' || /^(?:[A-Z]+_)?HEAD$/.test(text)) return "is a name of git's own";
  if (text.startsWith('refs/')) return 'starts with "refs/": give the short name';
  if (/[\u0000-\u0020\u007F~^:?*[\\\uFFFD]|\p{Surrogate}/u.test(text))
    return 'has a space or a character that git does not allow';
  if (text.includes('..') || text.includes('@{') || text.endsWith('.')) return 'has "..", "@{", or a dot at its end';
  for (const segment of text.split('/')) {
    if (segment === '') return 'has a "/" too many';
    if (segment.startsWith('.') || segment.endsWith('.lock'))
      return 'has a part that starts with a dot or ends in ".lock"';
  }
  return undefined;
}

function require(text: string, what: string, problem: string | undefined): string {
  if (problem === undefined) return text;
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  throw new Fault('NAME_INVALID', `${shown} is no name for a ${what}: it ${problem}.`);
}
