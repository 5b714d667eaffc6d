import { Fault, type Position } from '../../base/fault.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
  /** Folder to look for the installation from, instead of where the person stands. */
  readonly home: string | null;
}

/** The command line without the global options. Each token knows where it stood. */
export interface CommandLine {
  readonly globals: GlobalOptions;
  readonly tokens: readonly Token[];
  readonly argv: readonly string[];
}

export interface Token {
  readonly text: string;
  /** Index in `argv`. */
  readonly at: number;
  /** It stood after `--`: never an option. */
  readonly isLiteral: boolean;
}

/** Takes the global options out of the command line. Fault: `USAGE_BAD_ARGUMENT` for `--home` without a folder. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const tokens: Token[] = [];
  let globals: GlobalOptions = { json: false, verbose: false, help: false, home: null };
  let isLiteral = false;
  for (let at = 0; at < argv.length; at += 1) {
    const text = argv[at] ?? '';
    if (isLiteral) tokens.push({ text, at, isLiteral });
    else if (text === '--') isLiteral = true;
    else if (text === '--json') globals = { ...globals, json: true };
    else if (text === '--verbose') globals = { ...globals, verbose: true };
    else if (text === '--help' || text === '-h') globals = { ...globals, help: true };
    else if (text === '--home' || text.startsWith('--home=')) {
      const home = text === '--home' ? argv[(at += 1)] : text.slice('--home='.length);
      if (home === undefined || home === '')
        throw new Fault('USAGE_BAD_ARGUMENT', '--home needs a folder.', {
          at: positionOf(argv, Math.min(at, argv.length - 1)),
        });
      globals = { ...globals, home };
    } else tokens.push({ text, at, isLiteral });
  }
  return { globals, tokens, argv };
}

/** Returns where the argument stands in the command line as the person typed it, quoted where a shell needs it. */
export function positionOf(argv: readonly string[], at: number): Position {
  const before = ['orchestrate', ...argv.slice(0, at).map(quoted)].join(' ');
  const text = ['orchestrate', ...argv.map(quoted)].join(' ');
  return { file: 'command line', line: 1, column: before.length + 2, text };
}

const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
