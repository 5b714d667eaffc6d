import PQueue from 'p-queue';

import { admitChange } from '../../src/engine/changes/admit.ts';
import { checkChange } from '../../src/engine/changes/check.ts';
import { gateChange } from '../../src/engine/changes/gate.ts';
import { mergeChange } from '../../src/engine/changes/merge.ts';
import { reviewChange } from '../../src/engine/changes/review.ts';
import { switchService } from '../../src/engine/changes/switch.ts';
import { createPerformer } from '../../src/engine/effects/perform.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { startInstance, stopInstance } from '../../src/engine/instances/start.ts';
import { createSlotLeases } from '../../src/engine/leases/slots.ts';
import { createMachineHost, type EffectHandler, type EffectTable } from '../../src/engine/machines/host.ts';
import { previewRun } from '../../src/engine/runs/preview.ts';
import { createNumbers } from '../../src/engine/supervisor/numbers.ts';
import { findSurvivors, restoreMachines } from '../../src/engine/supervisor/restore-machines.ts';
import { taskEffects } from '../../src/engine/tasks/effects.ts';
import type { EngineContext } from '../../src/engine/context.ts';
import type { World } from './world.ts';

/** One life of our process: an engine over the world's journal. */
export interface Life {
  readonly engine: Engine;
  /** Ends it without a word, as `kill -9` does. */
  kill(): Promise<void>;
}

type Handlers = Readonly<Record<string, EffectHandler>>;

/** An effect that never reports: the test sends what follows. */
export const pending: EffectHandler = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('called off')), { once: true });
  });

/** Effects that all stay open. */
export const nothingHappens: EffectTable = {
  supervisor: { reconcile: pending, freeze: pending, drain: pending },
  run: { preview: pending },
  task: { lease: pending, spawn: pending, execute: pending, capture: pending, verify: pending, waitUntil: pending, compensate: pending },
  change: { check: pending, gate: pending, review: pending, admit: pending, merge: pending, switch: pending },
  instance: { start: pending, stop: pending },
};

/**
 * Starts an engine as the supervisor does, without its loop: the machines of earlier lives are restored, their effects
 * are not started. `effects` replaces some of the real ones; `open` leaves those of other machines open.
 */
export async function startEngine(
  world: World,
  options: { effects?: Partial<Record<keyof EffectTable, Handlers>>; only?: readonly (keyof EffectTable)[]; context?: Partial<EngineContext> } = {},
): Promise<Life> {
  const ledger = world.ledgers.open();
  if ((await ledger.acquire()) === undefined) throw new Error('another life holds the ledger');
  const context: EngineContext = { ...world.context, ledger, ...options.context };
  const { outside, config } = context;
  const { clock, ports } = outside;
  const survivors = findSurvivors(ledger);
  const { perform } = createPerformer({ ledger, clock });
  const merges = new PQueue({ concurrency: 1 });
  let table: EffectTable = nothingHappens;
  const lookup = new Proxy({} as EffectTable, { get: (_, name: keyof EffectTable) => table[name] });
  const host = createMachineHost({ ledger, clock, effects: lookup });
  const live = (): readonly string[] =>
    host
      .all('run')
      .filter((one) => !one.isFinal || !ledger.latest(`close:${one.subject}`))
      .map((one) => one.subject);
  const engine: Engine = {
    ...context,
    perform,
    host,
    numbers: createNumbers(survivors.numbers),
    leases: createSlotLeases({ ledger, ports, config: () => config, live }),
    inMergeTurn: (change, work) => merges.add(work, { priority: -Number(change.slice(1)) }),
  };
  const real: EffectTable = {
    supervisor: nothingHappens.supervisor,
    run: { preview: ({ subject, signal }) => previewRun(engine, subject, signal) },
    task: taskEffects(engine),
    change: {
      check: ({ subject }) => checkChange(engine, subject),
      gate: ({ subject, signal }) => gateChange(engine, subject, signal),
      review: ({ subject }) => reviewChange(engine, subject),
      admit: ({ subject }) => admitChange(engine, subject),
      merge: ({ subject }) => mergeChange(engine, subject),
      switch: ({ subject, signal }) => switchService(engine, subject, signal),
    },
    instance: {
      start: ({ subject, signal }) => startInstance(engine, subject, signal),
      stop: ({ subject }) => stopInstance(engine, subject),
    },
  };
  const only = options.only ?? (['supervisor', 'run', 'task', 'change', 'instance'] as const);
  const chosen = Object.fromEntries(only.map((name) => [name, real[name]]));
  table = { ...nothingHappens, ...chosen, ...options.effects };
  restoreMachines(host, survivors);
  return {
    engine,
    kill: async () => {
      await ledger.close();
    },
  };
}

/** Lets everything that can go on without time passing go on. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
