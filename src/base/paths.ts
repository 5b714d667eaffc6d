/**
 * Returns an absolute path without `.`, `..`, doubled or trailing slashes. A relative one is taken from `cwd`.
 * Text only: links are not followed.
 */
export function absolutePath(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
