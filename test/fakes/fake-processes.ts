import { Fault } from '../../src/base/fault.ts';
import type {
  FoundProcess,
  InsideProcess,
  MemoryCap,
  ProcessIdentity,
  Processes,
  ProgramDeath,
  ProgramResult,
  ProgramSpec,
  ServiceSpec,
} from '../../src/ports/processes.ts';

/** What a program does. It sees the whole spec, its environment with the mark in it, and the end of its life. */
export type FakeProgram = (
  spec: ProgramSpec,
  ended: AbortSignal,
) => Partial<ProgramResult> | Promise<Partial<ProgramResult>>;

export interface FakeService extends ProcessIdentity {
  readonly spec: ServiceSpec;
  isAlive: boolean;
  /** Lives on until SIGKILL. */
  ignoresTerm: boolean;
}

export interface FakeProcesses extends Processes {
  /** Every program that ran, in order. */
  readonly runs: ProgramSpec[];
  /** Every service that was started, in order. */
  readonly services: FakeService[];
  /** Strangers that work somewhere, beside our services. */
  readonly strangersInside: (InsideProcess & { readonly dir: string })[];
  /** What `canCapMemory` answers. */
  memoryCap: MemoryCap;
  /** Says what a program does: by its name or its path. One that nobody described is absent. */
  program(name: string, behaviour: FakeProgram): void;
  /** A stranger gets the pid: the same number, another start time, no mark. */
  reusePid(pid: number): ProcessIdentity;
}

/** Processes in memory. A service lives until it is stopped, or its `isAlive` is set to false. Only the time limit of a run is real. */
export function createFakeProcesses(options: { canBindReadOnly?: boolean } = {}): FakeProcesses {
  const programs = new Map<string, FakeProgram>();
  const runs: ProgramSpec[] = [];
  const services: FakeService[] = [];
  const deaths: ProgramDeath[] = [];
  const strangers = new Map<number, ProcessIdentity>();
  const strangersInside: FakeProcesses['strangersInside'] = [];
  let lastPid = 1000;

  const living = (pid: number): FakeService | undefined =>
    services.find((service) => service.pid === pid && service.isAlive);
  const behaviourOf = (program: string): FakeProgram => {
    const found = programs.get(program) ?? programs.get(program.slice(program.lastIndexOf('/') + 1));
    if (found !== undefined) return found;
    throw new Fault('PROCESS_FAILED', `The program ${program} could not be started: it does not exist.`, {
      data: { program },
    });
  };

  const fake: FakeProcesses = {
    runs,
    services,
    strangersInside,
    memoryCap: { kind: 'none', why: 'this machine hands no groups out' },
    program: (name, behaviour) => void programs.set(name, behaviour),
    reusePid(pid) {
      for (const service of services) if (service.pid === pid) service.isAlive = false;
      const stranger = { pid, startTime: `stranger-${pid}` };
      strangers.set(pid, stranger);
      return stranger;
    },

    async run(spec, signal) {
      const behaviour = behaviourOf(spec.program);
      const env = spec.mark === undefined ? spec.env : { ...spec.env, ORCHESTRATE_MARK: spec.mark };
      runs.push(spec);
      const result = await runFake(behaviour, { ...spec, env }, signal);
      const isOurDoing = result.timedOut || signal?.aborted === true;
      if (spec.mark !== undefined && result.signal !== null && !isOurDoing)
        deaths.push({ mark: spec.mark, program: spec.program, signal: result.signal });
      return result;
    },

    deaths: (mark) => deaths.filter((one) => one.mark === mark),

    async start(spec) {
      behaviourOf(spec.program);
      const pid = (lastPid += 1);
      const service: FakeService = { pid, startTime: `start-${pid}`, spec, isAlive: true, ignoresTerm: false };
      services.push(service);
      return { pid, startTime: service.startTime };
    },

    async identify(pid) {
      const found = living(pid) ?? strangers.get(pid);
      return found === undefined ? undefined : { pid, startTime: found.startTime };
    },

    async isAlive({ pid, startTime }) {
      return (living(pid) ?? strangers.get(pid))?.startTime === startTime;
    },

    isStopped: () => Promise.resolve(false),

    async stop({ pid, startTime }) {
      const service = living(pid);
      if (service?.startTime === startTime) service.isAlive = false;
      if (strangers.get(pid)?.startTime === startTime) strangers.delete(pid);
    },

    async findMarked(matches): Promise<readonly FoundProcess[]> {
      return services
        .filter(({ isAlive, spec }) => isAlive && matches(spec.mark))
        .map(({ pid, startTime, spec }) => ({ pid, startTime, mark: spec.mark, argv: [spec.program, ...spec.args] }));
    },

    async inside(dir) {
      const isBelow = (path: string): boolean => path === dir || path.startsWith(`${dir}/`);
      return [
        ...services
          .filter(({ isAlive, spec }) => isAlive && isBelow(spec.cwd))
          .map(({ pid, spec }) => ({ pid, argv: [spec.program, ...spec.args], by: 'cwd' as const })),
        ...strangersInside.filter((one) => isBelow(one.dir)).map(({ pid, argv, by }) => ({ pid, argv, by })),
      ];
    },

    canCapMemory: () => Promise.resolve(fake.memoryCap),
    canBindReadOnly: () => Promise.resolve(options.canBindReadOnly ?? false),
    close: () => Promise.resolve(),
  };
  return fake;
}

/** A program that does not end by itself is ended by its time or by the caller. */
async function runFake(
  behaviour: FakeProgram,
  spec: ProgramSpec,
  signal: AbortSignal | undefined,
): Promise<ProgramResult> {
  const killed = {
    exitCode: null,
    signal: 'SIGKILL',
    stdout: '',
    stderr: '',
    timedOut: false,
    truncated: false,
    durationMs: 0,
  };
  if (signal?.aborted === true) return killed;
  const end = new AbortController();
  const timeout = AbortSignal.timeout(Math.min(spec.timeoutMs, 2 ** 31 - 1));
  const over = AbortSignal.any(signal === undefined ? [timeout] : [timeout, signal]);
  const stopped = new Promise<ProgramResult>((resolve) => {
    over.addEventListener(
      'abort',
      () => resolve({ ...killed, timedOut: timeout.aborted && signal?.aborted !== true }),
      { once: true },
    );
  });
  const finished = Promise.resolve(behaviour(spec, end.signal)).then((result) =>
    limited({ ...killed, exitCode: 0, signal: null, ...result }, spec),
  );
  try {
    return await Promise.race([finished, stopped]);
  } finally {
    end.abort();
  }
}

function limited(result: ProgramResult, spec: ProgramSpec): ProgramResult {
  const max = spec.maxOutputBytes ?? 8 * 1024 * 1024;
  if (Buffer.byteLength(result.stdout) <= max && Buffer.byteLength(result.stderr) <= max) return result;
  const cut = (text: string): string => Buffer.from(text).subarray(0, max).toString();
  return { ...result, stdout: cut(result.stdout), stderr: cut(result.stderr), truncated: true };
}
