import { setTimeout as delay } from 'node:timers';

import { Fault } from '../../base/fault.ts';
import type { OpenProgram } from '../process/spawner.ts';
import type { GitDoor } from './git-door.ts';
import { gitTimeout, isDiskFull, diskFull } from './git-failure.ts';
import type { GitObject, ObjectType } from './object-format.ts';

export interface ObjectInfo {
  readonly type: ObjectType;
  readonly sizeBytes: number;
}

interface Question {
  readonly command: 'contents' | 'info';
  readonly id: string;
  readonly answer: (value: (ObjectInfo & { readonly body: Buffer }) | undefined) => void;
  readonly reject: (error: unknown) => void;
  nTries: number;
}

/** Longest silence while an answer is due; a healthy answer takes well under a second. */
const silenceMs = 60_000;

/**
 * Reads objects through one long-lived `cat-file --batch-command`. When that process dies it is started
 * again and the questions that were not answered are asked once more.
 */
export class ObjectReader {
  readonly #door: GitDoor;
  readonly #gitDir: string;
  #program: Promise<OpenProgram> | undefined;
  #opened: OpenProgram | undefined;
  #waiting: Question[] = [];
  #chunks: Buffer[] = [];
  #nBuffered = 0;
  #head: ObjectInfo | undefined;
  #watch: NodeJS.Timeout | undefined;
  #heardAtMs = 0;

  constructor(door: GitDoor, gitDir: string) {
    this.#door = door;
    this.#gitDir = gitDir;
  }

  /** Returns the object, or undefined when the store does not have it. */
  async find(id: string): Promise<GitObject | undefined> {
    return this.#ask('contents', id);
  }

  /** Returns type and size of the object, or undefined when the store does not have it. */
  async findInfo(id: string): Promise<ObjectInfo | undefined> {
    return this.#ask('info', id);
  }

  /** Returns the body of an object of that type; anything else is `GIT_FAILED`. */
  async require(id: string, type: ObjectType): Promise<Buffer> {
    const object = await this.find(id);
    if (object?.type === type) return object.body;
    throw new Fault(
      'GIT_FAILED',
      `The store has no ${type} ${id}${object === undefined ? '' : `: it is a ${object.type}`}.`,
      { data: { id, type } },
    );
  }

  async close(): Promise<void> {
    const program = this.#program;
    this.#program = undefined;
    this.#stopWatch();
    await (await program?.catch(() => undefined))?.close();
  }

  #ask(command: Question['command'], id: string): Promise<(ObjectInfo & { body: Buffer }) | undefined> {
    if (!/^[0-9a-f]{40}$/.test(id)) throw new Error(`not an object id: ${JSON.stringify(id)}`);
    return new Promise((answer, reject) => {
      const question: Question = { command, id, answer, reject, nTries: 0 };
      this.#waiting.push(question);
      if (this.#program === undefined) this.#start();
      // Before it is open the question waits: opening sends everything that waits, once.
      else this.#opened?.write(`${command} ${id}\n`);
    });
  }

  #start(): void {
    const opening = this.#door.open({ verb: 'cat-file', args: ['--batch-command'], gitDir: this.#gitDir });
    this.#program = opening;
    this.#opened = undefined;
    this.#chunks = [];
    this.#nBuffered = 0;
    this.#head = undefined;
    this.#startWatch();
    opening.then(
      (program) => {
        program.onData((chunk) => {
          if (this.#program === opening) this.#receive(chunk);
        });
        program.onEnd((end) => {
          if (this.#program === opening) this.#ended(end.stderr);
        });
        if (this.#program === opening) this.#opened = program;
        program.write(this.#waiting.map(({ command, id }) => `${command} ${id}\n`).join(''));
      },
      (error: unknown) => {
        this.#program = undefined;
        this.#stopWatch();
        for (const question of this.#waiting.splice(0)) question.reject(error);
      },
    );
  }

  #ended(stderr: string): void {
    this.#program = undefined;
    this.#opened = undefined;
    this.#stopWatch();
    const first = this.#waiting[0];
    if (first === undefined) return;
    first.nTries++;
    if (first.nTries > 1) {
      this.#waiting.shift();
      first.reject(
        isDiskFull(stderr)
          ? diskFull('git cat-file', { id: first.id })
          : new Fault(
              'GIT_FAILED',
              `git cat-file ended while reading ${first.id}: ${stderr.trim().split('\n')[0] || 'no reason given'}.`,
              { data: { id: first.id } },
            ),
      );
    }
    if (this.#waiting.length > 0) this.#start();
  }

  #receive(chunk: Buffer): void {
    this.#heardAtMs = performance.now();
    this.#chunks.push(chunk);
    this.#nBuffered += chunk.length;
    // A body that is not here in full yet is not worth joining: large ones come in hundreds of chunks.
    if (this.#head !== undefined && this.#nBuffered < this.#head.sizeBytes + 1) return;
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    for (;;) {
      const rest = this.#take(bytes);
      if (rest === undefined) break;
      bytes = rest;
    }
    this.#chunks = bytes.length === 0 ? [] : [bytes];
    this.#nBuffered = bytes.length;
  }

  /** Takes one header or one body off the front; undefined when more bytes are needed. */
  #take(bytes: Buffer): Buffer | undefined {
    const question = this.#waiting[0];
    if (question === undefined) return undefined;
    if (this.#head !== undefined) {
      const { sizeBytes } = this.#head;
      if (bytes.length < sizeBytes + 1) return undefined;
      this.#answer({ ...this.#head, body: Buffer.from(bytes.subarray(0, sizeBytes)) });
      return bytes.subarray(sizeBytes + 1);
    }
    const end = bytes.indexOf(0x0a);
    if (end < 0) return undefined;
    const [, type, size] = bytes.toString('latin1', 0, end).split(' ');
    const rest = bytes.subarray(end + 1);
    if (size === undefined) {
      this.#answer(undefined);
    } else {
      this.#head = { type: type as ObjectType, sizeBytes: Number(size) };
      if (question.command === 'info') this.#answer({ ...this.#head, body: Buffer.alloc(0) });
    }
    return rest;
  }

  #answer(value: (ObjectInfo & { body: Buffer }) | undefined): void {
    this.#head = undefined;
    this.#waiting.shift()?.answer(value);
  }

  #startWatch(): void {
    this.#heardAtMs = performance.now();
    this.#watch = delay(() => this.#check(), silenceMs / 4).unref();
  }

  #check(): void {
    if (this.#waiting.length > 0 && performance.now() - this.#heardAtMs > silenceMs) {
      const error = gitTimeout('cat-file', silenceMs);
      for (const question of this.#waiting.splice(0)) question.reject(error);
      void this.close();
      return;
    }
    if (this.#waiting.length === 0) this.#heardAtMs = performance.now();
    this.#watch = delay(() => this.#check(), silenceMs / 4).unref();
  }

  #stopWatch(): void {
    clearTimeout(this.#watch);
    this.#watch = undefined;
  }
}
