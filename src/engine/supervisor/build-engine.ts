import PQueue from 'p-queue';

import { createAlertBook } from '../alerts/book.ts';
import { createWaits } from '../bus/waits.ts';
import { admitChange } from '../changes/admit.ts';
import { checkChange } from '../changes/check.ts';
import { gateChange } from '../changes/gate.ts';
import { mergeChange } from '../changes/merge.ts';
import { followWithRemote } from '../changes/remote.ts';
import { reviewChange } from '../changes/review.ts';
import { switchService } from '../changes/switch.ts';
import type { EngineContext } from '../context.ts';
import { createPerformer } from '../effects/perform.ts';
import type { Engine } from '../engine.ts';
import { composedInstance } from '../instances/start.ts';
import { createLine, standingOf } from '../leases/line.ts';
import { createSlotLeases } from '../leases/slots.ts';
import { createMachineHost, type EffectTable, type MachineHost } from '../machines/host.ts';
import { saveInstance } from '../outside/save-instance.ts';
import { createInFlight } from '../proofs/in-flight.ts';
import { turnPriority } from '../queue/turn.ts';
import { previewRun } from '../runs/preview.ts';
import { freeze } from '../services/freeze.ts';
import { createSpending } from '../spending/spending.ts';
import { taskEffects } from '../tasks/effects.ts';
import { templates } from '../templates/templates.ts';
import { drain } from './drain.ts';
import { createNumbers } from './numbers.ts';
import { reconcile } from './reconcile.ts';

/** What a person may change while the supervisor runs: read anew before each request and now and then. */
export type Settings = Pick<EngineContext, 'config' | 'definitions'>;

/** Puts the parts of a supervisor together. `highest`: numbers in use, from the journal. */
export function buildEngine(
  context: EngineContext,
  {
    highest,
    reportOf,
    performHook,
  }: { readonly highest: Readonly<Record<string, number>> } & Pick<Engine, 'reportOf' | 'performHook'>,
): { engine: Engine; apply: (settings: Settings) => void } {
  const { ledger, outside } = context;
  let settings: Settings = { config: context.config, definitions: context.definitions };
  const { perform } = createPerformer({ ledger, clock: outside.clock });
  const merges = new PQueue({ concurrency: 1 });
  const services = new PQueue({ concurrency: 1 });
  const graphics = new PQueue({ concurrency: 1 });
  const looks = new PQueue({ concurrency: 1 });
  const shows = new Map<string, PQueue>();
  const space = new PQueue({ concurrency: 1 });
  // The effects need the engine and the host needs the effects: the table is filled when both are there.
  const effects = {} as { -readonly [Name in keyof EffectTable]: EffectTable[Name] };
  const host = createMachineHost({ ledger, clock: outside.clock, effects });
  const aheadOwners = new Set<string>();
  const engine: Engine = {
    ...context,
    get config() {
      return settings.config;
    },
    get definitions() {
      return settings.definitions;
    },
    template: templates[context.config.template],
    perform,
    host,
    numbers: createNumbers(highest),
    leases: createSlotLeases({
      ledger,
      ports: outside.ports,
      config: () => settings.config,
      live: () => [...openRuns(context, host), ...aheadOwners],
    }),
    inFlight: createInFlight(outside.clock),
    alerts: createAlertBook(),
    spending: createSpending(context, {
      openRuns: () => openRuns(context, host),
      parallel: () => settings.config.compute?.parallel ?? { first: 1, most: 1 },
    }),
    waits: createWaits(),
    reportOf,
    performHook,
    aheadOwners,
    graphicsLine: createLine((run) => standingOf(ledger, run)),
    turnsAtRest: async () => {
      await Promise.all([services, space, looks, ...shows.values()].map((turns) => turns.onIdle()));
    },
    inServiceTurn: (work) => services.add(work),
    inShowTurn: (slot, work) => {
      const turns = shows.get(slot) ?? new PQueue({ concurrency: 1 });
      shows.set(slot, turns);
      return turns.add(work);
    },
    inGraphicsTurn: (work) => graphics.add(work),
    inOutsideTurn: (work) => looks.add(work),
    inSpaceTurn: (work) => space.add(work),
    inMergeTurn: (change, work) => merges.add(work, { priority: turnPriority(engine, change) }),
  };
  effects.supervisor = {
    reconcile: () => reconcile(engine),
    freeze: () => freeze(engine),
    drain: () => drain(engine),
  };
  effects.run = { preview: ({ subject, signal }) => previewRun(engine, subject, signal) };
  effects.task = taskEffects(engine);
  effects.change = {
    check: ({ subject }) => checkChange(engine, subject),
    gate: ({ subject, signal }) => gateChange(engine, subject, signal),
    review: ({ subject, signal }) => reviewChange(engine, subject, signal),
    admit: ({ subject, signal }) => admitChange(engine, subject, signal),
    merge: ({ subject }) => mergeChange(engine, subject),
    switch: async ({ subject, signal }) => {
      const switched = await switchService(engine, subject, signal);
      await followWithRemote(engine, subject);
      return switched;
    },
  };
  effects.alert = {};
  effects.instance = {
    start: ({ subject, signal }) => engine.template.start(engine, composedInstance(engine, subject), signal),
    stop: ({ subject }) =>
      engine.template.stop(engine, composedInstance(engine, subject), (composed) => saveInstance(engine, composed)),
  };
  return { engine, apply: (next) => void (settings = next) };
}

/** Runs that may still hold something. */
const openRuns = ({ ledger }: EngineContext, host: MachineHost): readonly string[] =>
  host
    .all('run')
    .filter((one) => !one.isFinal || !ledger.latest(`close:${one.subject}`))
    .map((one) => one.subject);
