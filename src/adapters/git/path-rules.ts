/** Characters that HFS+ ignores in names (git's `utf8.c`, next_hfs_char). */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/** Tells whether some file system could take the name for `.git`. */
export function looksLikeDotGit(name: string): boolean {
  const plain = name.replace(ignoredByHfs, '').normalize('NFC').toLowerCase();
  // NTFS drops trailing dots and spaces, knows streams (`.git:x`), short names, and takes `\` as a separator.
  return plain.split(/[\\:]/).some((part) => /^(\.git|git~1)[. ]*$/.test(part));
}

/** Returns why a name cannot be an entry of a folder, or undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return `the name ${JSON.stringify(name)}`;
  if (name.includes('/') || name.includes('\0')) return `a separator in the name ${JSON.stringify(name)}`;
  // Every look-alike holds "git"; most names are ruled out by this cheap test.
  if (/g.*i.*t/i.test(name) && looksLikeDotGit(name))
    return `a name that can be taken for .git (${JSON.stringify(name)})`;
  return undefined;
}

/** Returns the first problem of a path given with `/`, or undefined. */
export function pathProblem(path: string): string | undefined {
  if (path.length > 4096) return 'a path longer than 4096 characters';
  for (const name of path.split('/')) {
    const problem = nameProblem(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Returns the key under which names collide on file systems that fold case or Unicode forms. */
export function collisionKey(name: string): string {
  return /^[\x20-\x7e]*$/.test(name) ? name.toLowerCase() : name.normalize('NFC').toLowerCase().normalize('NFC');
}

/** Returns a name of unknown encoding for people: bytes that are not printable ASCII as `\xNN`. */
export function printableName(name: Uint8Array): string {
  return [...name]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== 0x5c
        ? String.fromCharCode(byte)
        : `\\x${byte.toString(16).padStart(2, '0')}`,
    )
    .join('');
}

/** Returns the problem of a full ref name (`git check-ref-format`), or undefined. */
export function refProblem(ref: string): string | undefined {
  if (!/^refs\/[^/]/.test(ref) || ref.length > 250)
    return 'it must start with refs/ and be shorter than 250 characters';
  if (/[\p{Cc}\s~^:?*[\\]/u.test(ref)) return 'it holds a blank, a control character or one of ~ ^ : ? * [ \\';
  if (ref.includes('..') || ref.includes('@{') || ref.includes('//') || ref.endsWith('/') || ref.endsWith('.'))
    return 'it holds .. or @{ or // or ends in . or /';
  return ref.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock') || part === '')
    ? 'a part of it starts with a dot or ends in .lock'
    : undefined;
}
