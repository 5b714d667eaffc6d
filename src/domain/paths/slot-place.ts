import { isProtected, looksLikeDotGit } from './protected-names.ts';

/** Where in a slot a path leads, as text; links are not asked about here. */
export type SlotPlace =
  | {
      readonly kind: 'inside';
      /** Relative, with `/`, without `.` and doubled separators; empty: the slot itself. */
      readonly path: string;
    }
  /** `why` is a clause that goes after the path: `leads out of the slot`. */
  | { readonly kind: 'refused'; readonly why: string };

/** Longest path that Linux takes. */
const maxLength = 4096;
/** Deepest path: nothing that people keep in a repository is deeper, and a walk has an end. */
const maxDepth = 64;

/**
 * Returns the place in the slot that a path written by a model means. Refused, for reading and writing: absolute paths, `~`, `..`,
 * backslashes, control characters, and whatever some file system could take for `.git`. For writing also what another tool would obey
 * (`.claude`, `.mcp.json`, `.vscode/tasks.json` …), in any case and Unicode form.
 */
export function slotPlace(path: string, use: 'read' | 'write'): SlotPlace {
  const refused = problemOf(path);
  if (refused !== undefined) return { kind: 'refused', why: refused };
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.length > maxDepth) return { kind: 'refused', why: `is deeper than ${maxDepth} folders` };
  if (names.includes('..')) return { kind: 'refused', why: 'leads out of the slot' };
  if (names.some(looksLikeDotGit)) return { kind: 'refused', why: 'can be taken for .git' };
  const place = names.join('/');
  if (use === 'read') return { kind: 'inside', path: place };
  if (place === '') return { kind: 'refused', why: 'is the slot itself' };
  const what = isProtected(place);
  return what === undefined ? { kind: 'inside', path: place } : { kind: 'refused', why: what };
}

function problemOf(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.length > maxLength) return `is longer than ${maxLength} characters`;
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is not relative to the slot';
  if (path.startsWith('~')) return 'begins with ~, which no shell is there to replace';
  if (path.includes('\\')) return 'holds a backslash';
  if (/\p{Cc}/u.test(path)) return 'holds a control character';
  return path.isWellFormed() ? undefined : 'is not well-formed Unicode';
}
