/**
 * Places in a slot that a model's tools and programs never write: another tool obeys what is there. A change of them is made by people,
 * and asks for the highest tier (`changes/risk.ts`). A folder ends with `/`; one that `leads` may be at any depth.
 */
export const protectedPlaces = [
  { path: '.git', leads: true, why: 'is the repository itself' },
  { path: '.claude/', leads: true, why: 'is obeyed by Claude Code' },
  { path: '.mcp.json', leads: true, why: 'names servers that agents start' },
  { path: '.codex/', leads: true, why: 'is obeyed by Codex' },
  { path: '.opencode/', leads: true, why: 'is obeyed by OpenCode' },
  { path: 'opencode.json', leads: true, why: 'is obeyed by OpenCode' },
  { path: '.gemini/', leads: true, why: 'is obeyed by an agent' },
  { path: '.cursor/', leads: true, why: 'is obeyed by an editor' },
  { path: '.vscode/', leads: true, why: 'is obeyed by an editor' },
  { path: '.idea/', leads: true, why: 'is obeyed by an editor' },
  { path: '.orchestrate/', leads: true, why: 'is obeyed by orchestrate' },
  { path: '.envrc', leads: true, why: 'is run by a shell that enters the folder' },
  { path: '.gitmodules', leads: true, why: 'is obeyed by git' },
  { path: '.gitattributes', leads: true, why: 'is obeyed by git' },
  { path: '.github/', leads: false, why: 'is obeyed by continuous integration' },
  { path: 'orchestrate.yaml', leads: false, why: 'decides what orchestrate may do' },
  { path: 'agents/', leads: false, why: 'decides what agents do' },
  { path: 'playbooks/', leads: false, why: 'decides what agents do' },
  { path: 'trees/', leads: false, why: 'decides what agents do' },
] as const satisfies readonly ProtectedPlace[];

export interface ProtectedPlace {
  readonly path: string;
  /** At any depth, not only at the top. */
  readonly leads: boolean;
  readonly why: string;
}

/** Returns why a relative path may not be written, or undefined. */
export function isProtected(path: string): string | undefined {
  const names = path.split('/').map(foldedName);
  const found = protectedPlaces.find(({ path: place, leads }) => {
    const name = place.replace(/\/$/, '');
    return leads ? names.includes(name) : names[0] === name;
  });
  return found?.why;
}

/** Tells whether some file system could take the name for `.git`. */
export const looksLikeDotGit = (name: string): boolean =>
  name.split(/[\\:]/).some((part) => /^(?:\.git|git~[0-9]+)$/.test(foldedName(part)));

/** Characters that HFS+ ignores in names (git's `utf8.c`, next_hfs_char), and others that are not seen. */
const unseen = /\p{Default_Ignorable_Code_Point}|\p{Cf}/gu;

/** The name as the most forgiving file system takes it: without case, Unicode form, unseen characters, trailing dots and blanks, streams. */
const foldedName = (name: string): string =>
  name
    .replace(unseen, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=.):.*$/, '')
    .replace(/[. ]+$/, '');
