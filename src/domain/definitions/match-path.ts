/**
 * Tells whether a path lies in a scope, which is a list of patterns. Paths are relative to the tree, with `/` between segments. Patterns:
 * an exact path; `*` for any characters within one segment; `**` as a whole segment for any number of segments,
 * at the end at least one (`docs/**` is everything below `docs`, not a file `docs`). Case counts. A path that is
 * absolute or has an empty, `.` or `..` segment lies in no scope.
 */
export function matchesAny(patterns: readonly string[], path: string): boolean {
  const segments = path.split('/');
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) return false;
  return patterns.some((pattern) => matchesSegments(pattern.split('/'), segments));
}

/** Returns why a text is no scope pattern, as the end of a sentence, or undefined when it is one. */
export function scopePatternProblem(pattern: string): string | undefined {
  if (pattern === '') return 'is empty';
  if (pattern.length > 400) return 'is longer than 400 characters';
  if (pattern.startsWith('/') || /^[A-Za-z]:/.test(pattern))
    return 'has to be relative to the tree, without "/" or a drive at the start';
  if (/[\\?[\]{}!\u0000-\u001F]/.test(pattern))
    return 'has a character with no meaning here: only "*" and "**" stand for other characters';
  for (const segment of pattern.split('/')) {
    if (segment === '') return 'has an empty segment: write dir/** for everything below dir';
    if (segment === '.' || segment === '..') return `has the segment "${segment}": a scope stays inside its tree`;
    if (segment !== '**' && segment.includes('**'))
      return 'has "**" beside other characters: it has to be a segment of its own';
    if (/^\.(?:git|orchestrate)$/i.test(segment)) return `has the segment "${segment}", which no agent may change`;
  }
  return undefined;
}

// Both functions go back to the last star only: greedy matching is exact for stars, and the work is at most
// the product of the two lengths, whatever the pattern.

function matchesSegments(pattern: readonly string[], path: readonly string[]): boolean {
  // A last `**` stands for at least one segment.
  const parts = pattern.at(-1) === '**' ? [...pattern, '*'] : pattern;
  return matchesSequence({
    nParts: parts.length,
    nItems: path.length,
    isStar: (part) => parts[part] === '**',
    fits: (part, item) => matchesCharacters(parts[part] ?? '', path[item] ?? ''),
  });
}

/** Tells whether the whole text fits the pattern, in which `*` stands for any characters. Linear in the product of the two. */
export function matchesCharacters(pattern: string, text: string): boolean {
  return matchesSequence({
    nParts: pattern.length,
    nItems: text.length,
    isStar: (part) => pattern[part] === '*',
    fits: (part, item) => pattern[part] === text[item],
  });
}

interface Sequence {
  readonly nParts: number;
  readonly nItems: number;
  readonly isStar: (part: number) => boolean;
  readonly fits: (part: number, item: number) => boolean;
}

function matchesSequence({ nParts, nItems, isStar, fits }: Sequence): boolean {
  let part = 0;
  let item = 0;
  let star: { readonly part: number; item: number } | undefined;
  while (item < nItems) {
    if (part < nParts && isStar(part)) {
      star = { part, item };
      part += 1;
    } else if (part < nParts && fits(part, item)) {
      part += 1;
      item += 1;
    } else if (star !== undefined) {
      star.item += 1;
      item = star.item;
      part = star.part + 1;
    } else {
      return false;
    }
  }
  while (part < nParts && isStar(part)) part += 1;
  return part === nParts;
}
