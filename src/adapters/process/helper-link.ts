import { spawn, type ChildProcess } from 'node:child_process';

import type { FromHelper, OpenSpec, ProgramEnd, ToHelper } from './helper-messages.ts';
import type { OpenProgram } from './spawner.ts';

/** One living helper process and the requests that wait for it. */
export interface HelperLink {
  readonly pid: number | undefined;
  isLost(): boolean;
  nextId(): number;
  send(message: ToHelper): void;
  /** Resolves with the first answer to the request; rejects when the helper is lost first. */
  request(message: ToHelper): Promise<FromHelper>;
  open(spec: OpenSpec): Promise<OpenProgram>;
  close(): Promise<void>;
}

type Listener = (message: FromHelper | LostMessage) => void;
type LostMessage = { readonly kind: 'lost'; readonly error: Error };

/** How long the helper may take to kill its programs and end. */
const closeMs = 3000;

/** Starts a helper process. It keeps this process alive only while it owes an answer. */
export function connectHelper(path: string): HelperLink {
  const helper = startHelper(path);
  const waiting = new Map<number, Listener>();
  let lastId = 0;
  let lost = false;

  const settle = (): void => {
    if (waiting.size === 0) helper.channel?.unref();
    else helper.channel?.ref();
  };
  const wait = (id: number, listener: Listener): void => {
    waiting.set(id, listener);
    settle();
  };
  const done = (id: number): void => {
    waiting.delete(id);
    settle();
  };
  const lose = (cause: unknown): void => {
    if (lost) return;
    lost = true;
    const error = lostError(helper.pid, cause);
    const listeners = [...waiting.values()];
    waiting.clear();
    for (const listener of listeners) listener({ kind: 'lost', error });
  };
  helper.on('message', (message) => waiting.get((message as FromHelper).id)?.(message as FromHelper));
  // Not 'exit': answers that the helper wrote before it died are still in the channel then.
  helper.on('disconnect', () => lose(undefined));
  helper.on('error', lose);
  settle();

  const send = (message: ToHelper): void => {
    if (!lost)
      helper.send(message, (error) => {
        if (error !== null) lose(error);
      });
  };

  return {
    pid: helper.pid,
    isLost: () => lost,
    nextId: () => (lastId += 1),
    send,
    request(message) {
      return new Promise((resolve, reject) => {
        wait(message.id, (answer) => {
          done(message.id);
          if (answer.kind === 'lost') reject(answer.error);
          else if (answer.kind === 'failed') reject(startError(answer));
          else resolve(answer);
        });
        send(message);
      });
    },
    open(spec) {
      return openThrough({ id: (lastId += 1), spec, wait, done, send });
    },
    async close() {
      if (lost) return;
      const ended = new Promise<void>((resolve) => helper.once('exit', () => resolve()));
      helper.ref();
      helper.disconnect();
      const timer = setTimeout(() => helper.kill('SIGKILL'), closeMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The helper has a session of its own, so that Ctrl-C at a terminal does not reach it, and no environment. */
function startHelper(path: string): ChildProcess {
  const helper = spawn(process.execPath, [path], {
    env: {},
    cwd: '/',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
    detached: true,
  });
  helper.unref();
  return helper;
}

interface OpenThrough {
  readonly id: number;
  readonly spec: OpenSpec;
  wait(id: number, listener: Listener): void;
  done(id: number): void;
  send(message: ToHelper): void;
}

function openThrough({ id, spec, wait, done, send }: OpenThrough): Promise<OpenProgram> {
  return new Promise((resolve, reject) => {
    const early: Buffer[] = [];
    let onChunk = (chunk: Buffer): void => void early.push(chunk);
    let tellEnd: (end: ProgramEnd) => void;
    const ended = new Promise<ProgramEnd>((tell) => (tellEnd = tell));
    const program: OpenProgram = {
      write: (data) => send({ kind: 'write', id, data }),
      onData(listener) {
        for (const chunk of early.splice(0)) listener(chunk);
        onChunk = listener;
      },
      onEnd: (listener) => void ended.then(listener),
      async close() {
        send({ kind: 'end', id });
        await ended;
      },
    };
    wait(id, (message) => {
      switch (message.kind) {
        case 'opened':
          resolve(program);
          return;
        case 'data':
          onChunk(message.chunk);
          return;
        case 'ended':
          done(id);
          tellEnd(message.end);
          return;
        case 'failed':
          done(id);
          reject(startError(message));
          return;
        case 'lost':
          reject(message.error);
          tellEnd({ exitCode: null, signal: 'SIGKILL', stderr: message.error.message });
          return;
        case 'result':
        case 'pid':
          throw new Error(`the spawn helper answered ${message.kind} to open`);
      }
    });
    send({ kind: 'open', id, spec });
  });
}

function startError(failed: { readonly message: string; readonly code: string | undefined }): Error {
  const error: NodeJS.ErrnoException = new Error(failed.message);
  if (failed.code !== undefined) error.code = failed.code;
  return error;
}

function lostError(pid: number | undefined, cause: unknown): Error {
  const error: NodeJS.ErrnoException = new Error(
    `The process that starts programs (${pid ?? 'never started'}) was killed; what it was running may still run.`,
    { cause },
  );
  error.code = 'HELPER_LOST';
  return error;
}
