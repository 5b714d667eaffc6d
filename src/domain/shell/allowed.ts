import { grantOf, type ShellGrant } from './grants.ts';
import type { ProgramRule } from './program-rule.ts';
import { programs } from './programs.ts';
import { judgeWords } from './words.ts';

/** What is said about a command before anything is started. */
export type ShellVerdict =
  | {
      readonly kind: 'allowed';
      readonly program: string;
      /** What is started: the words that were given, with ours that take the program's own configuration away. */
      readonly argv: readonly string[];
      readonly effect: ProgramRule['effect'];
      /** The entry of the agent file that grants it. */
      readonly grant: string;
    }
  /** `why` is a sentence, `hint` what to ask for instead. Both go back to the model as data. */
  | { readonly kind: 'refused'; readonly why: string; readonly hint: string };

/** Words of a command, and characters of one: more than a shell takes is no command. */
const maxWords = 256;
const maxWordLength = 32_768;

/**
 * Judges a command of a model: a list of words, never a text for a shell. Allowed is what a row of `programs` names, by program,
 * sub-command and flag, and what the agent file grants; paths stay in the slot. Whatever is unknown is refused.
 */
export function allowedCommand(argv: readonly string[], grants: readonly ShellGrant[]): ShellVerdict {
  const [program, ...rest] = argv;
  if (program === undefined || program === '') return refuse('The command is empty.');
  const odd = oddity(argv, program);
  if (odd !== undefined) return odd;
  const rule = programs.find((one) => one.program === program);
  if (rule === undefined) return refuse(`${shown(program)} is not among the programs that may be started.`, mayStart());
  const granted = grantOf(grants, argv);
  if (granted === undefined) return refuse(`The agent file does not grant ${shown(argv.slice(0, 2).join(' '))}.`);
  if (rule.effect === 'code' && !granted.isNamed)
    return refuse(`${program} runs code: the agent file has to name it, as Bash(${program}:*).`);
  const read = wordsOf(rule, rest);
  if (read.kind === 'refused') return read;
  const { grant } = granted;
  return {
    kind: 'allowed',
    program,
    argv: [program, ...(rule.before ?? []), ...read.argv],
    effect: rule.effect,
    grant: grant.written,
  };
}

function wordsOf(
  rule: ProgramRule,
  rest: readonly string[],
): { readonly kind: 'read'; readonly argv: readonly string[] } | Extract<ShellVerdict, { kind: 'refused' }> {
  const { program, commands } = rule;
  const [command = '', ...others] = rest;
  const words = commands === undefined ? rule.words : Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (words === undefined) {
    const known = Object.keys(commands ?? {}).join(', ');
    return refuse(`${program} ${shown(command)} is not allowed.`, `Of ${program} there are: ${known}.`);
  }
  const given = commands === undefined ? rest : others;
  const why = judgeWords(words, given, rule.effect === 'write' ? 'write' : 'read');
  if (why !== undefined) return refuse(`${program}${commands === undefined ? '' : ` ${command}`}: ${why}.`);
  return { kind: 'read', argv: [...(commands === undefined ? [] : [command]), ...(words.adds ?? []), ...given] };
}

function oddity(argv: readonly string[], program: string): ShellVerdict | undefined {
  if (argv.length > maxWords) return refuse(`The command has more than ${maxWords} words.`);
  if (argv.some((word) => word.length > maxWordLength || word.includes('\0') || !word.isWellFormed()))
    return refuse('A word of the command is too long, or holds what no program takes.');
  if (/^[A-Za-z_]\w*=/.test(program))
    return refuse('A command cannot set variables of its environment.', 'Leave the assignment out.');
  if (/\s/.test(program))
    return refuse('A command is a list of words, not a line for a shell.', 'Give each word by itself: ["git", "log"].');
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(program))
    return refuse(`${shown(program)} is not the name of a program; paths are not taken.`, mayStart());
  const operator = argv.find((word) => /^(?:\|\|?|&&?|;|[12]?>>?|<<?<?|[12&]>&?[12]?)$/.test(word));
  if (operator !== undefined)
    return refuse(`No shell is there that would take ${operator}.`, 'Start one program at a time.');
  return undefined;
}

const refuse = (why: string, hint = 'Ask for it in another way, or use another tool.') =>
  ({ kind: 'refused', why, hint }) as const;

const shown = (word: string): string => JSON.stringify(word.slice(0, 80));
const mayStart = (): string => `There are: ${programs.map(({ program }) => program).join(', ')}.`;
