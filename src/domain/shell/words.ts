import { slotPlace } from '../paths/slot-place.ts';
import type { WordsRule } from './program-rule.ts';
import { sedProblem } from './sed-script.ts';

/** Returns why the words behind a program are refused, as a clause, or undefined. `use`: what it does with the paths among them. */
export function judgeWords(rule: WordsRule, words: readonly string[], use: Use): string | undefined {
  if (rule.flags === '*') return undefined;
  if (rule.firstIsFlag === true && words[0]?.startsWith('-') !== true) return 'the first word has to be a flag';
  const read = readWords(rule, words);
  if (typeof read === 'string') return read;
  return firstOf(read.values, ({ kind, text }) => valueProblem(kind, text, use)) ?? judgeOperands(rule, read, use);
}

type Use = 'read' | 'write';

interface ReadWords {
  readonly flags: readonly string[];
  readonly values: readonly { readonly kind: string; readonly text: string }[];
  readonly operands: readonly string[];
  /** How many operands stood before `--`. */
  readonly nOpen: number;
}

/** What stands for a flag in a rule: whether it takes a value, and of which kind. */
type FlagKinds = ReadonlyMap<string, string | undefined>;

function flagKinds(flags: string): FlagKinds {
  const rows = flags.split(' ').filter((one) => one !== '');
  return new Map(
    rows.map((one) => {
      const at = one.indexOf('=');
      return at < 1 ? [one, undefined] : [one.slice(0, at), one.slice(at + 1) || 'text'];
    }),
  );
}

function readWords(rule: WordsRule, words: readonly string[]): ReadWords | string {
  const kinds = flagKinds(rule.flags);
  const flags: string[] = [];
  const values: { kind: string; text: string }[] = [];
  const operands: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (word === '--' && rule.dashWords !== true)
      return { flags, values, operands: [...operands, ...words.slice(at + 1)], nOpen: operands.length };
    const isFlag = (word.startsWith('-') && word !== '-') || (rule.dashWords === true && kinds.has(word));
    if (!isFlag) {
      operands.push(word);
      continue;
    }
    const read = word.startsWith('--') || rule.dashWords === true ? readLong(kinds, word) : readShort(kinds, word);
    if (read === undefined) return `the flag ${JSON.stringify(word.slice(0, 80))} is not allowed`;
    flags.push(...read.flags);
    if (read.value !== undefined) values.push(read.value);
    else if (read.waits !== undefined) {
      at += 1;
      const text = words[at];
      if (text === undefined) return `the flag ${word} takes a value`;
      values.push({ kind: read.waits, text });
    }
  }
  return { flags, values, operands, nOpen: operands.length };
}

interface ReadFlag {
  readonly flags: readonly string[];
  readonly value?: { readonly kind: string; readonly text: string };
  /** The next word is its value, of this kind. */
  readonly waits?: string;
}

/** A shortened name (`--outp`) is none: it is looked up whole. */
function readLong(kinds: FlagKinds, word: string): ReadFlag | undefined {
  const at = word.indexOf('=');
  const name = at === -1 ? word : word.slice(0, at);
  if (!kinds.has(name)) return undefined;
  const kind = kinds.get(name);
  if (kind === undefined) return at === -1 ? { flags: [name] } : undefined;
  if (at !== -1) return { flags: [name], value: { kind, text: word.slice(at + 1) } };
  return kind === '?' ? { flags: [name] } : { flags: [name], waits: kind };
}

/** `-la`, `-n5`, `-n 5`, `-5`. */
function readShort(kinds: FlagKinds, word: string): ReadFlag | undefined {
  if (/^-[0-9]+$/.test(word)) return kinds.has('-#') ? { flags: ['-#'] } : undefined;
  if (kinds.has(word) && kinds.get(word) === undefined) return { flags: [word] };
  const flags: string[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const name = `-${word[at] ?? ''}`;
    if (!kinds.has(name)) return undefined;
    flags.push(name);
    const kind = kinds.get(name);
    if (kind === undefined) continue;
    const text = word.slice(at + 1);
    if (text !== '') return { flags, value: { kind, text } };
    return kind === '?' ? { flags } : { flags, waits: kind };
  }
  return { flags };
}

function judgeOperands(rule: WordsRule, { flags, operands, nOpen }: ReadWords, use: Use): string | undefined {
  if (operands.length > (rule.maxOperands ?? Infinity)) return `it takes ${rule.maxOperands} operand at most`;
  const hasFirst = (rule.insteadOfFirst ?? []).some((flag) => flags.includes(flag));
  const [first = '', ...others] = operands;
  const among = (kind: string, texts: readonly string[]) => firstOf(texts, (text) => valueProblem(kind, text, use));
  switch (rule.operands) {
    case 'none':
      return operands.length === 0 ? undefined : `it takes no ${JSON.stringify(first)}`;
    case 'text':
      return undefined;
    case 'paths':
      return among('path', operands);
    case 'revisions':
      return among('revision', operands.slice(0, nOpen)) ?? among('path', operands.slice(nOpen));
    case 'text-then-paths':
      return among('path', hasFirst ? operands : others);
    case 'script-then-paths':
      return hasFirst ? among('path', operands) : (among('script', [first]) ?? among('path', others));
  }
}

function firstOf<T>(things: readonly T[], problemOf: (thing: T) => string | undefined): string | undefined {
  for (const thing of things) {
    const problem = problemOf(thing);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function valueProblem(kind: string, text: string, use: Use): string | undefined {
  if (kind === 'script') return sedProblem(text);
  if (kind === 'path') {
    if (text === '-' || /^\.\/?$/.test(text)) return undefined;
    const place = slotPlace(text, use);
    return place.kind === 'inside' ? undefined : `the path ${JSON.stringify(text.slice(0, 80))} ${place.why}`;
  }
  // `main..topic` and `HEAD:./file` are none; two paths outside would be compared without the repository.
  if (kind === 'revision' && (/^[/~]/.test(text) || text.split(/[/:]/).includes('..')))
    return `${JSON.stringify(text.slice(0, 80))} leads out of the slot`;
  return undefined;
}
