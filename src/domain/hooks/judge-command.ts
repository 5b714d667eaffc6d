import { allowedCommand } from '../shell/allowed.ts';
import { shellGrants } from '../shell/grants.ts';

/** What is thought of a command line before somebody else runs it. */
type CommandVerdict =
  | { readonly kind: 'refused'; readonly why: string }
  /** Nothing speaks against it, and nothing is known of it: whoever is asked decides. */
  | { readonly kind: 'not-listed' }
  /** Each part of it is in the table of programs that a model may start. */
  | { readonly kind: 'listed' };

/** Longest line that is looked at, in characters. */
const maxLength = 20_000;

/** Whoever asks is granted what looks or writes where he stands, and no program that runs code. */
const grants = shellGrants(['Bash']);

/**
 * Judges a command line of an agent that is not ours, and runs nothing. Refused is what no work here needs and what cannot be taken back:
 * removing whole homes or git's files, forcing a push, running what the network sends. A shell can be told the same in a thousand ways:
 * this helps whoever means well; what holds is that nothing reaches the branch unproven.
 */
export function judgeCommand(line: string): CommandVerdict {
  if (line.length > maxLength) return { kind: 'refused', why: `it has more than ${maxLength} characters` };
  const parts = partsOf(line);
  for (const [at, { words, before }] of parts.entries()) {
    const why = whyNot(words, before === '|' ? (parts[at - 1]?.words ?? []) : []);
    if (why !== undefined) return { kind: 'refused', why };
  }
  const isPlain = !/[<>`$]/.test(line);
  const isListed = (words: readonly string[]): boolean => allowedCommand(words, grants).kind === 'allowed';
  return isPlain && parts.length > 0 && parts.every(({ words }) => isListed(words))
    ? { kind: 'listed' }
    : { kind: 'not-listed' };
}

function whyNot(words: readonly string[], piped: readonly string[]): string | undefined {
  const [program = '', ...rest] = words;
  const name = program.split('/').at(-1) ?? '';
  const flags = rest.filter((word) => word.startsWith('-')).join(' ');
  const places = rest.filter((word) => !word.startsWith('-'));
  if (name === 'rm' && /(?:^| )-[a-zA-Z]*[rR]|--recursive/.test(flags)) {
    const whole = places.find((place) => /^(?:\/|~|\$HOME|\$\{HOME\}|\.|\.\.|\*)\/?\*?$/.test(place));
    if (whole !== undefined) return `rm takes away everything below ${whole}`;
    const inside = places.find((place) => /(?:^|\/)\.(?:git|orchestrate)(?:\/|$)/.test(place));
    if (inside !== undefined) return `${inside} is how work is brought back`;
  }
  if (name === 'git') return whyNotGit(rest);
  if (/^(?:ba|z|da|k)?sh$|^python[\d.]*$|^node$|^perl$/.test(name) && /^(?:curl|wget)$/.test(piped[0] ?? ''))
    return `${name} would run what the network sends`;
  if (/^mkfs|^wipefs$|^shred$/.test(name)) return `${name} takes away a whole disk or what cannot be brought back`;
  if (name === 'dd' && rest.some((word) => word.startsWith('of=/dev/'))) return 'dd would write over a disk';
  return undefined;
}

function whyNotGit(rest: readonly string[]): string | undefined {
  const at = rest.findIndex((word) => /^[a-z]/.test(word));
  const [command = '', ...others] = at < 0 ? [] : rest.slice(at);
  if (
    command === 'push' &&
    others.some((word) => /^(?:--force(?!-with)|--mirror|--delete|-[a-zA-Z]*[fd])/.test(word) || word.startsWith('+'))
  )
    return 'a forced push takes away what others have';
  if (command === 'update-ref' || command === 'filter-branch' || command === 'filter-repo')
    return `git ${command} moves history behind the back of who looks after it`;
  if (
    command === 'tag' &&
    others.some((word) => /^(?:-d|--delete|-f|--force)$/.test(word)) &&
    others.some((word) => word.startsWith('restore/'))
  )
    return 'a restore point is how work is brought back';
  return undefined;
}

interface Part {
  readonly words: readonly string[];
  /** What stood before it: `|`, `&&`, … */
  readonly before: string;
}

/** Words of a shell line, quotes taken off, parted by operators outside of quotes. */
function partsOf(line: string): readonly Part[] {
  const parts: { words: string[]; before: string }[] = [{ words: [], before: '' }];
  for (const [, operator, word = ''] of line.matchAll(
    /(\|\|?|&&?|;|\n)|((?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s|&;'"\\])+)/g,
  )) {
    if (operator !== undefined) parts.push({ words: [], before: operator });
    else
      parts
        .at(-1)
        ?.words.push(
          word.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"/g, (_, single: string, double: string) => single ?? double ?? ''),
        );
  }
  // `sudo rm` and `env A=b rm` are rm.
  return parts
    .map(({ words, before }) => ({ before, words: words.slice(words.findIndex((word) => !isPassedOver(word))) }))
    .filter(({ words }) => words.length > 0);
}

const isPassedOver = (word: string): boolean => /^(?:sudo|env|nohup|time|exec|command|\w+=.*)$/.test(word);
