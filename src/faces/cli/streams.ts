import type { Prompter } from './prompter.ts';
import type { FullScreen } from './reviewer/terminal.ts';

/** Where text goes. */
export interface Sink {
  write(text: string): void;
  /** A person looks at it: lines may be overwritten. */
  readonly isTerminal: boolean;
  readonly hasColour: boolean;
  readonly width: number;
}

/** The streams of one command. */
export interface Streams {
  /** The answer. */
  readonly out: Sink;
  /** The narration. */
  readonly err: Sink;
  /** Null when nobody can be asked. */
  readonly prompter: Prompter | null;
  /** Reads what is piped in, bounded in size and time; absent where nothing can be. */
  readonly readInput?: (options: { maxBytes: number }) => Promise<string>;
  /** Takes the terminal over; null where there is none. */
  readonly openScreen: (() => FullScreen) | null;
}

const DEFAULT_WIDTH = 100;

interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Returns a sink over a stream of the process; whether it has colour is decided by `FORCE_COLOR`, `NO_COLOR` and the terminal, in that order. */
export function sinkOf(output: Output, env: Readonly<Record<string, string | undefined>>): Sink {
  const isTerminal = output.isTTY === true && env['TERM'] !== 'dumb';
  return {
    write: (text) => void output.write(text),
    isTerminal,
    hasColour: wantsColour(env, isTerminal),
    get width() {
      // A terminal that nobody gave a size says 0.
      return output.columns === undefined || output.columns <= 0 ? DEFAULT_WIDTH : output.columns;
    },
  };
}

/** https://no-color.org and https://force-color.org */
function wantsColour(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return (env['NO_COLOR'] ?? '') === '' && isTerminal;
}
