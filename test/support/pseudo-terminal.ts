import { spawn } from 'node:child_process';

import type { FaultWorld } from './fault-world.ts';

/** A command of the program at a terminal of 80 by 24, as a person has it. */
export interface AtTerminal {
  /** What the terminal was sent from the last `press` on, until now. */
  readonly shown: () => string;
  /** Everything that the terminal was sent. */
  readonly all: () => string;
  /** Waits until the text was shown since the last key. */
  until(text: string): Promise<void>;
  press(keys: string): void;
  /** Process id of the program itself. */
  pid(): number;
  readonly ended: Promise<number | null>;
}

const LIMIT_MS = 60_000;

/** Starts it below `script` of util-linux, which makes the pseudo-terminal. */
export function atTerminal(world: FaultWorld, args: readonly string[]): AtTerminal {
  const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', world.entry, ...args]
    .map(quote)
    .join(' ');
  const child = spawn(
    'script',
    ['-q', '-e', '-f', '-c', `stty rows 24 cols 80; echo pid=$$; exec ${program}`, '/dev/null'],
    {
      cwd: world.home,
      env: { ...world.env, TERM: 'xterm-256color' },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  let all = '';
  let mark = 0;
  // eslint-disable-next-line no-control-regex -- colours stand between the words
  const words = (): string => all.slice(mark).replace(/\u001b\[[0-9;]*m/g, '');
  child.stdout.setEncoding('utf8').on('data', (text: string) => (all += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    shown: words,
    all: () => all,
    async until(text) {
      const endMs = performance.now() + LIMIT_MS;
      while (!words().includes(text)) {
        if (performance.now() > endMs) throw new Error(`${text} was not shown, but\n${words().slice(-4_000)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    press(keys) {
      mark = all.length;
      child.stdin.write(keys);
    },
    pid: () => Number(/pid=(\d+)/.exec(all)?.[1]),
    ended,
  };
}
