/** A command as a program and its arguments, or why it is none: the reason ends a sentence, `column` counts from 1. */
export type SplitCommand =
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string; readonly column: number };

/** Longest command that is read, in characters. */
const maxLength = 4_000;

/**
 * Splits a command as a shell would for words and quotes, and refuses everything else that a shell would do: operators, variables,
 * wildcards, `~`, assignments. What is refused belongs into a script of the repository, which then is the command.
 */
export function splitCommand(text: string): SplitCommand {
  if (text.length > maxLength) return refused(`is longer than ${maxLength} characters`, 1);
  const argv: string[] = [];
  let word: string | undefined;
  let quote: { readonly mark: string; readonly column: number } | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const one = text[at] ?? '';
    const column = at + 1;
    if (quote?.mark === "'") {
      if (one === "'") quote = undefined;
      else word += one;
    } else if (one === '\\' && (quote === undefined || /["\\$`]/.test(text[at + 1] ?? ''))) {
      const next = text[at + 1];
      if (next === undefined) return refused('ends with a backslash', column);
      word = (word ?? '') + next;
      at += 1;
    } else if (one === '$' || one === '`') {
      return refused(`has ${one}, which only a shell would fill in`, column);
    } else if (quote !== undefined) {
      if (one === '"') quote = undefined;
      else word += one;
    } else if (one === "'" || one === '"') {
      quote = { mark: one, column };
      word ??= '';
    } else if (one === '\n' || one === '\r') {
      return refused('has more than one line', column);
    } else if (/\s/.test(one)) {
      if (word !== undefined) argv.push(word);
      word = undefined;
    } else if (/[|&;<>()]/.test(one)) {
      return refused(`has ${one}, which only a shell understands`, column);
    } else if (/[*?]/.test(one) || (one === '~' && word === undefined)) {
      return refused(`has ${one}, which only a shell would expand; quote it where it is meant as it stands`, column);
    } else {
      word = (word ?? '') + one;
    }
  }
  if (quote !== undefined) return refused(`has a quote (${quote.mark}) that is not closed`, quote.column);
  if (word !== undefined) argv.push(word);
  const [program] = argv;
  if (program === undefined || program === '') return refused('names no program', 1);
  if (/^[A-Za-z_]\w*=/.test(program)) return refused('begins with a variable; write env before it', 1);
  return { kind: 'command', argv };
}

const refused = (reason: string, column: number): SplitCommand => ({ kind: 'refused', reason, column });

/** Puts the port in place of `{port}` in every argument. */
export const fillPort = (argv: readonly string[], port: number): readonly string[] =>
  argv.map((one) => one.replaceAll('{port}', String(port)));

/** Returns the command as a person would type it. */
export const commandText = (argv: readonly string[]): string =>
  argv.map((one) => (/^[\w@%+=:,./{}-]+$/.test(one) ? one : `'${one.replaceAll("'", `'\\''`)}'`)).join(' ');
