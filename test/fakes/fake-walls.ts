import { Fault } from '../../src/base/fault.ts';
import { forbiddenActNames } from '../../src/domain/walls/forbidden-acts.ts';
import type { WalledProgram, WallExit, Walls, WallSpec } from '../../src/ports/walls.ts';

/** A program that is played: it reads its input, says things, and ends with a status. */
export type PlayedInside = (io: {
  readonly spec: WallSpec;
  readonly input: AsyncIterable<Uint8Array>;
  say(text: string): void;
  sayError(text: string): void;
  readonly stopped: AbortSignal;
}) => Promise<number>;

export interface FakeWalls extends Walls {
  /** Programs by their path; another one says its arguments, one a line, and ends with 0. */
  readonly programs: Map<string, PlayedInside>;
  /** What was opened, in order. */
  readonly opened: { readonly spec: WallSpec; readonly isWalled: boolean }[];
  level: 'L0' | 'L2';
}

/** Creates walls without processes. Limits of time and output end a program as the real ones do. */
export function createFakeWalls(): FakeWalls {
  const walls: FakeWalls = {
    programs: new Map(),
    opened: [],
    level: 'L2',
    probe: async () => ({
      level: walls.level,
      acts: forbiddenActNames.map((act) => ({ act, held: walls.level === 'L2', seen: 'EROFS' })),
      by: 'bubblewrap 0.8.0 at /usr/bin/bwrap',
    }),
    async open(spec, { signal, unwalled }) {
      if (walls.level === 'L0' && unwalled !== true)
        throw new Fault('WALL_MISSING', 'No wall can be put around a program that a model drives.', {
          state: 'The program was not started.',
        });
      walls.opened.push({ spec, isWalled: walls.level === 'L2' });
      return play(spec, { signal, program: walls.programs.get(spec.program) ?? saysItsArguments });
    },
  };
  return walls;
}

const saysItsArguments: PlayedInside = async ({ spec, say }) => {
  say(spec.args.map((one) => `${one}\n`).join(''));
  return 0;
};

function play(
  spec: WallSpec,
  { signal, program }: { readonly signal: AbortSignal; readonly program: PlayedInside },
): WalledProgram {
  const [stdout, stderr, stdin] = [pipe(), pipe(), pipe()];
  const ending = new AbortController();
  const stopped = AbortSignal.any([signal, ending.signal]);
  let limit: WallExit['limit'] = null;
  let nBytes = 0;
  const counted =
    (to: ReturnType<typeof pipe>) =>
    (text: string): void => {
      const bytes = new TextEncoder().encode(text);
      nBytes += bytes.length;
      to.push(bytes);
      if (nBytes <= spec.limits.outputBytes) return;
      limit ??= 'output';
      ending.abort();
    };
  const timer = setTimeout(() => {
    limit ??= 'time';
    ending.abort();
  }, spec.limits.wallMs);
  const killed = new Promise<WallExit>((resolve) => {
    const end = (): void => resolve({ exitCode: null, signal: 'SIGKILL', limit });
    if (stopped.aborted) end();
    stopped.addEventListener('abort', end, { once: true });
  });
  const io = { spec, input: stdin.chunks, say: counted(stdout), sayError: counted(stderr), stopped };
  const ended = program(io).then((exitCode): WallExit => ({ exitCode, signal: null, limit }));
  const exited = Promise.race([killed, ended]).finally(() => {
    clearTimeout(timer);
    for (const one of [stdout, stderr]) one.end();
  });
  return {
    identity: { pid: 4711, startTime: '1' },
    stdout: stdout.chunks,
    stderr: stderr.chunks,
    exited,
    write: async (data) => stdin.push(typeof data === 'string' ? new TextEncoder().encode(data) : data),
    endInput: stdin.end,
    async stop() {
      ending.abort();
      await exited;
    },
  };
}

function pipe(): { push(bytes: Uint8Array): void; end(): void; readonly chunks: AsyncIterable<Uint8Array> } {
  let isOpen = true;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const chunks = new ReadableStream<Uint8Array>({
    start: (one) => void (controller = one),
    cancel: () => void (isOpen = false),
  });
  return {
    chunks,
    push: (bytes) => void (isOpen && controller?.enqueue(bytes)),
    end: () => {
      if (isOpen) controller?.close();
      isOpen = false;
    },
  };
}
