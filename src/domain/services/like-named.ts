/** Shorter names are like too many others. */
const leastChars = 4;
const maxFound = 5;

/**
 * Returns the files whose name is that of a missing one but for case, slashes and punctuation, then those of which one name is a part of
 * the other; the nearest first. Nothing is said about what is in them.
 */
export function likeNamed(missing: string, files: readonly string[]): readonly string[] {
  const wanted = stemOf(missing);
  if (wanted.length < leastChars) return [];
  const rank = (file: string): number => {
    const stem = stemOf(file);
    if (stem === wanted) return 0;
    return stem.length >= leastChars && (stem.includes(wanted) || wanted.includes(stem)) ? 1 : 2;
  };
  return files
    .map((file) => ({ file, rank: rank(file) }))
    .filter((one) => one.rank < 2)
    .toSorted((a, b) => a.rank - b.rank || (a.file < b.file ? -1 : 1))
    .slice(0, maxFound)
    .map(({ file }) => file);
}

/** The last part of a path of either slash, without its ending and all but letters and digits. */
const stemOf = (path: string): string =>
  (path.split(/[\\/]/).at(-1) ?? '')
    .replace(/\.[a-z0-9]{2,11}$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
