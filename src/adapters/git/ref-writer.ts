import type { OpenProgram } from '../process/spawner.ts';
import type { GitDoor } from './git-door.ts';
import { gitTimeout } from './git-failure.ts';
import type { Told } from './move-refs.ts';

/** A transaction takes a few milliseconds; after this git hangs. */
const answerMs = 15_000;
/** An idle git is ended: in home it would only remember a configuration that may be old. */
const idleMs = 30_000;

/** One long-lived `update-ref --stdin`; started again after it ends, which it does after every refusal. */
export class RefWriter {
  readonly #door: GitDoor;
  readonly #gitDir: string;
  #program: OpenProgram | undefined;
  #listener: ((told: Told) => void) | undefined;
  #said = '';
  #queue: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  constructor(door: GitDoor, gitDir: string) {
    this.#door = door;
    this.#gitDir = gitDir;
  }

  /** Runs one transaction after the ones before it. */
  async transact(commands: string): Promise<Told> {
    const turn = this.#queue.then(() => this.#transact(commands));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#queue;
    const program = this.#program;
    this.#program = undefined;
    await program?.close();
  }

  async #transact(commands: string): Promise<Told> {
    clearTimeout(this.#idle);
    const program = (this.#program ??= await this.#start());
    const told = Promise.withResolvers<Told>();
    this.#said = '';
    this.#listener = told.resolve;
    const timer = setTimeout(() => told.reject(gitTimeout('update-ref', answerMs)), answerMs);
    try {
      program.write(commands);
      return await told.promise;
    } catch (error) {
      this.#program = undefined;
      await program.close();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#listener = undefined;
      this.#idle = setTimeout(() => void this.close(), idleMs).unref();
    }
  }

  async #start(): Promise<OpenProgram> {
    const program = await this.#door.open({
      verb: 'update-ref',
      args: ['-m', 'orchestrate', '--create-reflog', '--stdin'],
      gitDir: this.#gitDir,
    });
    program.onData((chunk) => {
      this.#said += chunk.toString('latin1');
      if (this.#said.includes('commit: ok\n')) this.#listener?.({ kind: 'ok' });
    });
    program.onEnd(({ stderr: said, signal }) => {
      // What is said of a killed one, or of the helper that ran it, is no word of git.
      const stderr = signal === 'SIGKILL' ? '' : said;
      if (this.#program === program) this.#program = undefined;
      this.#listener?.({ kind: 'ended', stderr });
    });
    return program;
  }
}
