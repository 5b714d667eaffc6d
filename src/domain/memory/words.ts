/** What is looked for at most: a longer question finds nothing that a shorter one does not. */
const maxPhrases = 32;
const maxQueryLength = 2_000;

/**
 * Returns the words of a text as they are searched: runs of letters and digits, lower-case, without accents. `python_versions` are two
 * words, `2.9.1` are three.
 */
export function wordsOf(text: string): readonly string[] {
  if (isPlain(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return (
    text
      .normalize('NFD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Most texts have no letter beyond ASCII, and are read three times as fast. */
const isPlain = (text: string): boolean => !/[^\p{ASCII}]/u.test(text);

/** Returns what a question asks for: each of its blank-separated parts is a phrase, whose words have to stand in a row. */
export function phrasesOf(question: string): readonly (readonly string[])[] {
  return question
    .slice(0, maxQueryLength)
    .split(/\s+/u)
    .map(wordsOf)
    .filter((words) => words.length > 0)
    .slice(0, maxPhrases);
}

/** Tells whether one of the phrases at least stands in a text. */
export function hasPhrase(text: string, phrases: readonly (readonly string[])[]): boolean {
  const words = ` ${wordsOf(text).join(' ')} `;
  return phrases.some((phrase) => words.includes(` ${phrase.join(' ')} `));
}

/** Characters before and after the match that are shown, and of the text that are looked at for it. */
const excerptReach = 60;
const excerptDepth = 65_536;

/** Returns a few words around the first match, on one line; the beginning when the match is in the key. */
export function excerptOf(text: string, phrases: readonly (readonly string[])[]): string {
  const lower = text.slice(0, excerptDepth).toLowerCase();
  const places = phrases.map(([word]) => lower.indexOf(word ?? '')).filter((at) => at >= 0);
  const at = places.length === 0 ? 0 : Math.min(...places);
  const [start, end] = [Math.max(0, at - excerptReach), at + excerptReach];
  const shown = text.slice(start, end).replace(/\s+/gu, ' ').trim().toWellFormed();
  return `${start > 0 ? '…' : ''}${shown}${end < text.length ? '…' : ''}`;
}
