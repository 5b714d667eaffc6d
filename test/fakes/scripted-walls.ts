import type { WalledProgram, WallExit, Walls, WallSpec } from '../../src/ports/walls.ts';

/** Ends of the pipes of a program that is played. */
export interface PlayedProgram {
  readonly spec: WallSpec;
  /** What is written to its standard input, until that ends. */
  readonly input: AsyncIterable<Uint8Array>;
  say(text: string | Uint8Array): void;
  sayError(text: string): void;
  readonly signal: AbortSignal;
}

/** Walls in which a function plays the program; what was opened and stopped is kept. */
export interface ScriptedWalls extends Walls {
  readonly opened: WallSpec[];
  nStopped: number;
}

type Play = (program: PlayedProgram) => Promise<Partial<WallExit> | void>;

/** Creates walls behind which `play` is the program. It ends when `play` returns; the answer says how. */
export function createScriptedWalls(play: Play): ScriptedWalls {
  const opened: WallSpec[] = [];
  const walls: ScriptedWalls = {
    opened,
    nStopped: 0,
    probe: async () => ({ level: 'L2', acts: [], by: 'scripted' }),
    open: async (spec, { signal }) => {
      opened.push(spec);
      const [stdout, stderr, input] = [createPipe(), createPipe(), createPipe()];
      const stopped = new AbortController();
      const either = AbortSignal.any([signal, stopped.signal]);
      const playing = play({
        spec,
        input: input.chunks,
        say: stdout.push,
        sayError: stderr.push,
        signal: either,
      });
      const cutOff = new Promise<Partial<WallExit>>((resolve) => {
        const end = (): void => resolve({ exitCode: null, signal: 'SIGKILL' });
        either.addEventListener('abort', end, { once: true });
      });
      const exited = Promise.race([playing, cutOff]).then((exit): WallExit => {
        for (const pipe of [stdout, stderr]) pipe.end();
        return { exitCode: 0, signal: null, limit: null, ...exit };
      });
      const program: WalledProgram = {
        identity: { pid: 4711, startTime: '1' },
        stdout: stdout.chunks,
        stderr: stderr.chunks,
        write: async (data) => input.push(data),
        endInput: input.end,
        exited,
        stop: async () => {
          walls.nStopped += 1;
          stopped.abort();
          await exited;
        },
      };
      return program;
    },
  };
  return walls;
}

function createPipe(): {
  push(data: string | Uint8Array): void;
  end(): void;
  readonly chunks: AsyncIterable<Uint8Array>;
} {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let isOpen = true;
  const stream = new ReadableStream<Uint8Array>({
    start: (one) => void (controller = one),
    cancel: () => void (isOpen = false),
  });
  return {
    push: (data) => {
      if (isOpen) controller.enqueue(typeof data === 'string' ? new TextEncoder().encode(data) : data);
    },
    end: () => {
      if (isOpen) controller.close();
      isOpen = false;
    },
    chunks: stream,
  };
}
