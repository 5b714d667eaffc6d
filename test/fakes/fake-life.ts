import { sessionReport } from '../../src/app/reports/markdown.ts';
import { parseConfig } from '../../src/domain/definitions/config.ts';
import { dataOf, type JournalKind } from '../../src/domain/journal/kinds.ts';
import type { RequestKind, RequestKinds } from '../../src/domain/requests.ts';
import type { EngineContext } from '../../src/engine/context.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { createSlotLeases } from '../../src/engine/leases/slots.ts';
import { createMachineHost, type EffectHandler, type EffectTable } from '../../src/engine/machines/host.ts';
import { buildEngine } from '../../src/engine/supervisor/build-engine.ts';
import { findSurvivors, restoreMachines } from '../../src/engine/supervisor/restore-machines.ts';
import { runSupervisor } from '../../src/engine/supervisor/supervisor.ts';
import type { Ledger } from '../../src/ports/index.ts';
import type { World } from './fake-world.ts';
import type { MemoryLedger } from './memory-ledger.ts';

/** Lets everything that can go on without time passing go on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** An effect that never reports: the test sends what follows. */
export const pending: EffectHandler = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('called off')), { once: true });
  });

/** Effects that all stay open. */
export const nothingHappens: EffectTable = {
  supervisor: { reconcile: pending, freeze: pending, drain: pending },
  run: { preview: pending },
  task: {
    lease: pending,
    spawn: pending,
    execute: pending,
    capture: pending,
    verify: pending,
    waitUntil: pending,
    compensate: pending,
  },
  change: { check: pending, gate: pending, review: pending, admit: pending, merge: pending, switch: pending },
  instance: { start: pending, stop: pending },
  alert: {},
};

/** One life of our process: an engine over the world's journal, without the supervisor's loop. */
export interface Life {
  readonly engine: Engine;
  readonly ledger: MemoryLedger;
  /** Ends it without a word, as `kill -9` does. */
  kill(): Promise<void>;
}

/**
 * Starts an engine as the supervisor does; the machines of earlier lives are there again, their effects do not run.
 * With `effects`, machines have these and no others.
 */
export async function startEngine(
  world: World,
  options: { effects?: EffectTable; context?: Partial<EngineContext> } = {},
): Promise<Life> {
  const ledger = world.ledgers.open();
  if ((await ledger.acquire()) === undefined) throw new Error('another life holds the ledger');
  const context: EngineContext = { ...world.context, ledger, ...options.context };
  const survivors = findSurvivors(ledger);
  const built = buildEngine(context, {
    highest: survivors.numbers,
    reportOf: reportFrom(world, ledger),
    performHook: noHooks,
  }).engine;
  const engine = options.effects === undefined ? built : withEffects(built, options.effects);
  restoreMachines(engine.host, ledger, survivors);
  return { engine, ledger, kill: () => ledger.close() };
}

/** Operations are of the roof: a test of hooks gives its own. */
const noHooks: Engine['performHook'] = () => Promise.reject(new Error('the fake performs no hooks'));

/** The real report: what it says of a run is what its rows say. */
const reportFrom =
  (world: World, ledger: Ledger): Engine['reportOf'] =>
  (run) =>
    sessionReport(ledger, { run, home: world.context.paths.home });

function withEffects(engine: Engine, effects: EffectTable): Engine {
  const { ledger, outside } = engine;
  const host = createMachineHost({ ledger, clock: outside.clock, effects });
  const live = (): readonly string[] => host.all('run').map((one) => one.subject);
  const leases = createSlotLeases({ ledger, ports: outside.ports, config: () => engine.config, live });
  return { ...engine, host, leases };
}

/** A supervisor process in the world. It dies at a step of its own, or lives until it is stopped. */
export interface FakeSupervisor {
  readonly isDead: boolean;
  /** Steps to the outside so far. */
  readonly nSteps: number;
  readonly ended: Promise<unknown>;
  /** As a second SIGTERM does. */
  stop(): Promise<void>;
  /** As the first SIGTERM to `serve` does. Resolves when it has ended. */
  drain(): Promise<void>;
  /** As SIGKILL does. */
  kill(): Promise<void>;
}

/** Where a supervisor dies: before or after its step number `step` to the outside. */
export interface Death {
  readonly step: number;
  readonly when: 'before' | 'after';
}

class Dead extends Error {}

/** Starts the real supervisor over the world. After its death nothing of it reaches the world any more. */
export function startSupervisor(
  world: World,
  death: Death = { step: Number.POSITIVE_INFINITY, when: 'after' },
  { idleSeconds = null, readsHome = false }: { idleSeconds?: number | null; readsHome?: boolean } = {},
): FakeSupervisor {
  const ledger = world.ledgers.open();
  const abort = new AbortController();
  const drain = new AbortController();
  let isDead = false;
  let nSteps = 0;
  const die = (): void => {
    isDead = true;
    void ledger.close();
  };
  /** Every call goes through here; those that return a promise are steps. */
  const mortal = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          if (isDead) throw new Dead('this process is dead');
          const isStep = name !== 'sleep' && name !== 'waitForBell' && name !== 'close';
          const isLast = isStep && nSteps === death.step;
          if (isLast && death.when === 'before') {
            die();
            throw new Dead('this process is dead');
          }
          const result: unknown = Reflect.apply(value, target, given);
          if (!(result instanceof Promise)) return result;
          if (isStep) nSteps += 1;
          if (!isLast) return result;
          return result.then(() => {
            die();
            throw new Dead('this process is dead');
          });
        };
      },
    });
  const { outside } = world.context;
  const { files, processes, ports, python, service, clock } = outside;
  const context: EngineContext = {
    ...world.context,
    ledger: mortal<Ledger>(ledger),
    store: mortal(world.context.store),
    home: mortal(world.context.home),
    work: mortal(world.context.work),
    remotes: mortal(world.context.remotes),
    transcripts: mortal(world.context.transcripts),
    outside: {
      ...outside,
      files: mortal(files),
      processes: mortal(processes),
      ports: mortal(ports),
      python: mortal(python),
      service: mortal(service),
      clock: mortal(clock),
    },
  };
  const { definitions } = world.context;
  // With `readsHome` the configuration is the file as it is in home, whenever it is read.
  const settings = async () => ({ config: readsHome ? await configInHome(world) : world.context.config, definitions });
  const ended = settings()
    .then((now) =>
      runSupervisor({
        context: { ...context, ...now },
        idleSeconds,
        signal: abort.signal,
        drain: drain.signal,
        summarise: async () => ({}),
        reportOf: reportFrom(world, ledger),
        performHook: noHooks,
        reload: settings,
      }),
    )
    .catch((error: unknown) => error);
  const passToEnd = async (): Promise<void> => {
    while (!isDead && (await Promise.race([ended.then(() => true), settled().then(() => false)])) === false)
      await world.clock.advance(100);
  };
  return {
    get isDead() {
      return isDead;
    },
    get nSteps() {
      return nSteps;
    },
    ended,
    stop() {
      abort.abort();
      return passToEnd();
    },
    drain() {
      drain.abort();
      return passToEnd();
    },
    async kill() {
      isDead = true;
      await ledger.close();
    },
  };
}

/** The next ledger that somebody opens is closed as soon as a row of the kind is in it: its supervisor dies there. */
export function diesAfter(world: World, kind: JournalKind): { readonly isDead: boolean } {
  const { ledgers } = world;
  const open = ledgers.open;
  const death = { isDead: false };
  ledgers.open = () => {
    ledgers.open = open;
    const ledger = open.call(ledgers);
    const append = ledger.append.bind(ledger);
    ledger.append = async (rows, ...more) => {
      const appended = await append(rows, ...more);
      if (!rows.some((one) => one.kind === kind)) return appended;
      death.isDead = true;
      await ledger.close();
      throw new Dead('this process is dead');
    };
    return ledger;
  };
  return death;
}

async function configInHome(world: World): Promise<EngineContext['config']> {
  const text = (await world.files.readText(`${world.context.paths.home}/orchestrate.yaml`)) ?? '';
  return parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' });
}

/** Lets time pass until it is so. Fails after `maxSeconds` of the world's time. */
export async function passUntil(world: World, isSo: () => boolean | Promise<boolean>, maxSeconds = 120): Promise<void> {
  const untilMs = world.clock.monotonicMs() + maxSeconds * 1_000;
  while (!(await isSo())) {
    if (world.clock.monotonicMs() > untilMs) throw new Error(`it did not become so: ${await tail(world)}`);
    await world.clock.advance(100);
  }
}

async function tail(world: World): Promise<string> {
  const rows = world.ledgers.open().read({ descending: true, limit: 12 });
  return rows.map(({ seq, kind, data }) => `\n${seq} ${kind} ${JSON.stringify(data).slice(0, 300)}`).join('');
}

/** Asks as another process does. Returns the number of the request. */
export function ask<Kind extends RequestKind>(world: World, kind: Kind, data: RequestKinds[Kind]): Promise<number> {
  return world.ledgers.open().request(kind, data as never);
}

/** Where a machine stands, from its rows. */
export function stateOfSubject(world: World, subject: string): string | undefined {
  const entry = world.ledgers.open().latest(`machine:${subject}`);
  return dataOf('machine.moved', entry)?.to ?? dataOf('machine.created', entry)?.to;
}

/** How a closed run ended. */
export const closedAs = (world: World, run: string): string | undefined =>
  dataOf('run.closed', world.ledgers.open().latest(`close:${run}`))?.state;
