import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./ledger-child.ts', import.meta.url));

export interface LedgerChild {
  readonly process: ChildProcess;
  /** What it has said so far. */
  readonly facts: Readonly<Record<string, unknown>>[];
  /** Resolves with the first fact. */
  readonly first: Promise<Readonly<Record<string, unknown>>>;
  /** Resolves when it has ended and all that it said is in `facts`. */
  readonly ended: Promise<void>;
}

/** Starts `ledger-child.ts` as a process of its own. */
export function startLedgerChild(...args: readonly (string | number)[]): LedgerChild {
  const child = spawn(process.execPath, [program, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const facts: Record<string, unknown>[] = [];
  const lines = createInterface({ input: child.stdout });
  const first = new Promise<Record<string, unknown>>((resolve, reject) => {
    lines.on('line', (line) => {
      const fact = JSON.parse(line) as Record<string, unknown>;
      facts.push(fact);
      resolve(fact);
    });
    lines.once('close', () => reject(new Error(`${args.join(' ')}: ended without a word`)));
  });
  first.catch(() => {});
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]).then(() => {});
  return { process: child, facts, first, ended };
}
