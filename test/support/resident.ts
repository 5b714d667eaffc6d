import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';

import { type CommandResult, jsonOf } from './fault-program.ts';

export interface ResidentCommand {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Told {
  readonly id: number;
  readonly exitStatus: number | null;
  readonly out: string;
  readonly err: string;
}

/**
 * A process in which a packed program is loaded once, for tests that type many commands and are not about how a process begins or
 * ends: to load the program takes longer than most commands. It is the same file that a process of its own would load.
 */
export class Resident {
  readonly #child: ChildProcess;
  #nCommands = 0;
  #isBusy = false;

  constructor(entry: string) {
    this.#child = fork(join(import.meta.dirname, 'resident.mjs'), {
      cwd: '/',
      env: {},
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.send({ wire: join(dirname(entry), 'wire.cjs') });
  }

  /** Whether it would run this now: one at a time, none after its end, and nothing that is answered before the program is loaded. */
  takes([first, ...more]: readonly string[]): boolean {
    const isQuick = more.length === 0 || more.at(-1) === '--help' || first === 'complete' || first === 'help';
    return !isQuick && !this.#isBusy && this.#child.connected;
  }

  async run(command: ResidentCommand): Promise<CommandResult> {
    const id = ++this.#nCommands;
    this.#isBusy = true;
    const startedMs = performance.now();
    const settled = new AbortController();
    const { signal } = settled;
    try {
      this.#child.send({ id, ...command });
      const ended = once(this.#child, 'exit', { signal }).then((): never => {
        throw new Error(`the process ended during orchestrate ${command.args.join(' ')}`);
      });
      const [told] = (await Promise.race([once(this.#child, 'message', { signal }), ended])) as [Told];
      const { exitStatus, out, err } = told;
      return { exitStatus, signal: null, out, err, json: jsonOf(out), durationMs: performance.now() - startedMs };
    } finally {
      settled.abort();
      this.#isBusy = false;
    }
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
