/** Longest text that is compared; longer ones are nobody's misspelling. */
const MAX_LENGTH = 64;

/**
 * Returns the known word that was probably meant, or undefined when none is near.
 * Near: as many typing slips (letter wrong, missing, too many, two swapped) as a third of the word has letters, at least 1.
 */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  let best: { word: string; slips: number } | undefined;
  for (const candidate of [...known].sort()) {
    const slips = typingSlips(word.toLowerCase(), candidate.toLowerCase());
    const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (slips <= limit && (best === undefined || slips < best.slips)) best = { word: candidate, slips };
  }
  return best?.word;
}

/** Returns ` Did you mean x?`, or nothing when no known word is near. It is appended to a sentence. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? '' : ` Did you mean ${nearest}?`;
}

/** Returns the optimal string alignment distance (a swap of two neighbours counts 1); infinity for texts that are too long to be compared. */
export function typingSlips(a: string, b: string): number {
  if (a.length > MAX_LENGTH || b.length > MAX_LENGTH) return a === b ? 0 : Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let slips = Math.min((last[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + cost);
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwap) slips = Math.min(slips, (before[column - 2] ?? 0) + 1);
      line.push(slips);
    }
    before = last;
    last = line;
  }
  return last[b.length] ?? 0;
}
