import { commandText } from '../templates/command-line.ts';
import { maskSecrets } from './mask-secrets.ts';
import { plainLine } from './plain-alert.ts';

/** Characters that are looked through: many more than anybody is shown, so that no secret is cut before it is known. */
const maxLooked = 4_000;

/**
 * Returns the command line of a process of anybody as it may be kept and shown: one line of at most so many characters, without what looks
 * like a secret.
 */
export const shownCommand = (argv: readonly string[], maxChars: number): string =>
  plainLine(maskSecrets(argv.map(wordText).join(' ').slice(0, maxLooked)), maxChars);

/** A value of several words is quoted behind its name, so that all of it goes with that. */
function wordText(word: string): string {
  const at = word.indexOf('=') + 1;
  return at === 0 ? commandText([word]) : word.slice(0, at) + commandText([word.slice(at)]);
}
