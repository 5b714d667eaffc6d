import type { AnyMachineSnapshot } from 'xstate';

import { Fault, type FaultRecord, faultRecord } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Mail } from '../../domain/bus/mail.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { effectDone, effectFailed } from '../../domain/machines/effect.ts';
import { type MachineName, machineVersions } from '../../domain/machines/index.ts';
import type { Clock, Entry, Ledger, NewEntry } from '../../ports/index.ts';
import { begin, fold, type RunningEffect, type Standing, stateName, step } from './fold.ts';

/** Carries out an effect that a machine names. What it returns becomes the `output` of the done event. */
export type EffectHandler = (work: {
  subject: string;
  input: JsonObject;
  signal: AbortSignal;
}) => Promise<object | undefined>;
/** What is written in the same commit as a transition. */
export interface Beside {
  readonly rows?: readonly NewEntry[];
  readonly answers?: readonly { readonly id: number; readonly answer: JsonObject }[];
  /** Messages that are sent, and done with. */
  readonly mail?: Mail;
}

export type EffectTable = Readonly<Record<MachineName, Readonly<Record<string, EffectHandler>>>>;

export interface MachineView {
  readonly machine: MachineName;
  readonly subject: string;
  readonly state: string;
  readonly isFinal: boolean;
  readonly isWaiting: boolean;
  readonly fault: FaultRecord | null;
}

export interface MachineHost {
  /** Writes the machine's first row, together with what is `beside` it, and starts the effects of its first state. */
  create(machine: MachineName, subject: string, input: JsonObject, beside?: Beside): Promise<void>;
  /**
   * Journals the transition, together with what is `beside` it, then starts the effects of the new state.
   * Returns false, with a `machine.ignored` row and nothing of what is `beside`, when the state does not know the event: whoever
   * asked has to be refused.
   */
  send(subject: string, event: { type: string; [key: string]: unknown }, beside?: Beside): Promise<boolean>;
  find(subject: string): MachineView | undefined;
  /** The machine's context. A subject that is not hosted is a bug. */
  context<Context>(subject: string): Context;
  /** Live ones, and those that ended since this process began. */
  all(machine?: MachineName): readonly MachineView[];
  /** Brings a machine back from its rows. Its effects start with `startRestored`. */
  restore(machine: MachineName, subject: string): void;
  /** Starts every effect that should run and does not: after `restore`, and after `hold`. One that still ends is waited for first. */
  startRestored(): void;
  /**
   * Breaks off every running effect but those of the supervisor's own machine, and starts none before `startRestored`; nothing is
   * journalled of it, as after a kill. Returns those that did not end within `limitMs`: they go on to their end, unheard.
   */
  hold(limitMs: number): Promise<readonly string[]>;
  /**
   * Effects of runs, their steps and changes that would begin from now on do not, until `startRestored`; what is at work goes to its
   * end and is heard. Services still start and stop: a step at work needs them.
   */
  beginNoMore(): void;
  /** Whether it was told so. */
  readonly isEnding: boolean;
  /** Effects that run now, but those of the supervisor's own machine. */
  atWork(): readonly { readonly subject: string; readonly effect: string }[];
  /** Called after each transition is durable. Returns how to stop listening. */
  onMoved(listener: (view: MachineView) => void): () => void;
  /** Called once when the ledger cannot be written any more: a newer supervisor, or a disk that is full or gone. */
  onFatal(listener: (error: unknown) => void): void;
  /** Aborts every running effect and waits for it; nothing is journalled of it. */
  halt(): Promise<void>;
  readonly nRunning: number;
}

interface Hosted {
  readonly machine: MachineName;
  readonly subject: string;
  standing: Standing;
  /** Number of rows folded: the token of the next effects. */
  nRows: number;
  turn: Promise<unknown>;
  readonly running: Map<string, { token: number; abort: AbortController; work: Promise<void> }>;
}

/** Rows that are read at once; the ledger's limit. */
const pageSize = 10_000;

/** Why an effect was broken off by `hold`: what it reports of that is not heard. */
const heldReason = new Fault('SUPERVISOR_FROZEN', 'Everything is frozen.');

const runOf = (subject: string): string | null => /^(r\d+)/.exec(subject)?.[1] ?? null;

/**
 * Runs machines on the journal: a transition is computed by XState as a value, written as a row, and
 * only then are its effects started; a restart folds the rows and starts the same effects again.
 */
export function createMachineHost({
  ledger,
  clock,
  effects,
}: {
  ledger: Ledger;
  clock: Clock;
  effects: EffectTable;
}): MachineHost {
  const hosted = new Map<string, Hosted>();
  const listeners = new Set<(view: MachineView) => void>();
  const fatalListeners: ((error: unknown) => void)[] = [];
  const working = new Set<Promise<void>>();
  /** Effects that were broken off by `hold` and have not ended, as `<subject> <effect>`. */
  const ending = new Map<string, Promise<void>>();
  let halted = false;
  let isHeld = false;
  let isEnding = false;

  const view = (one: Hosted): MachineView => {
    const snapshot: AnyMachineSnapshot = one.standing.snapshot;
    const fault = (snapshot.context as { fault?: FaultRecord | null }).fault ?? null;
    return {
      machine: one.machine,
      subject: one.subject,
      state: stateName(snapshot),
      isFinal: snapshot.status === 'done',
      isWaiting: snapshot.hasTag('waiting'),
      fault,
    };
  };

  const startEffect = (one: Hosted, effect: RunningEffect): void => {
    const handler = effects[one.machine][effect.src];
    if (!handler) throw new Error(`no handler for effect ${one.machine}.${effect.src}`);
    if (isHeld && one.machine !== 'supervisor') return;
    if (isEnding && ['run', 'task', 'change'].includes(one.machine)) return;
    const abort = new AbortController();
    const report = async (event: { type: string }): Promise<void> => {
      if (halted || abort.signal.reason === heldReason) return;
      await deliver(one, effect, event);
    };
    const begin = async (): ReturnType<EffectHandler> => {
      // While it waited for the one before, it may have been broken off itself.
      abort.signal.throwIfAborted();
      return handler({ subject: one.subject, input: effect.input, signal: abort.signal });
    };
    // The same effect at work twice would meet itself.
    const before = ending.get(`${one.subject} ${effect.id}`);
    const work = (before === undefined ? begin() : before.then(begin))
      .then(
        (output) => report(effectDone(effect.id, output ?? {}, clock.nowMs())),
        (error: unknown) => report(effectFailed(effect.id, faultRecord(error), clock.nowMs())),
      )
      .catch(onFatal);
    one.running.set(effect.id, { token: effect.token, abort, work });
    working.add(work);
    void work.finally(() => working.delete(work));
  };

  // Only a ledger that cannot be written gets here: without the record nothing may go on.
  const onFatal = (error: unknown): void => {
    if (halted) return;
    halted = true;
    for (const one of hosted.values()) for (const { abort } of one.running.values()) abort.abort();
    for (const listener of fatalListeners) listener(error);
  };
  const deliver = (one: Hosted, effect: RunningEffect, event: { type: string }): Promise<void> =>
    inTurn(one, async () => {
      const current = one.standing.effects.find((other) => other.id === effect.id);
      if (current?.token !== effect.token) {
        const data = { subject: one.subject, effect: effect.id, report: event as unknown as JsonObject };
        await ledger.append([row('report.late', data, { run: runOf(one.subject) })]);
        return;
      }
      await advance(one, event, {});
    });

  const inTurn = <T>(one: Hosted, work: () => Promise<T>): Promise<T> => {
    const turn = one.turn.then(work, work);
    one.turn = turn.catch(() => undefined);
    return turn;
  };

  const advance = async (
    one: Hosted,
    event: { type: string },
    { rows = [], answers = [], mail = {} }: Beside,
  ): Promise<boolean> => {
    const from = stateName(one.standing.snapshot);
    const next = step(one.machine, one.standing, event, one.nRows + 1);
    const { machine, subject } = one;
    const run = runOf(subject);
    if (!next.moved) {
      const data = { machine, subject, event: event as unknown as JsonObject, state: from };
      await ledger.append([row('machine.ignored', data, { run })]);
      return false;
    }
    const data = {
      machine,
      version: machineVersions[machine],
      subject,
      event: event as unknown as JsonObject,
      from,
      to: stateName(next.snapshot),
      isFinal: next.snapshot.status === 'done',
    };
    await ledger.append([row('machine.moved', data, { run, keys: [`machine:${subject}`] }), ...rows], answers, mail);
    one.standing = next;
    one.nRows += 1;
    const alive = new Set(next.effects.map((effect) => `${effect.id}/${effect.token}`));
    for (const [id, { token, abort }] of one.running) {
      if (alive.has(`${id}/${token}`)) continue;
      abort.abort();
      one.running.delete(id);
    }
    for (const effect of next.started) startEffect(one, effect);
    for (const listener of listeners) listener(view(one));
    return true;
  };

  /** Every row of the machine: production that comes and goes for days has more than one page. */
  const rowsOf = (subject: string): readonly Entry[] => {
    const rows: Entry[] = [];
    for (;;) {
      const page = ledger.read({ key: `machine:${subject}`, afterSeq: rows.at(-1)?.seq ?? 0, limit: pageSize });
      rows.push(...page);
      if (page.length < pageSize) return rows;
    }
  };

  const require = (subject: string): Hosted => {
    const one = hosted.get(subject);
    if (!one) throw new Error(`no machine for ${subject}`);
    return one;
  };

  return {
    async create(machine, subject, input, { rows = [], answers = [], mail = {} } = {}) {
      const standing = begin(machine, input);
      const data = { machine, version: machineVersions[machine], subject, input, to: stateName(standing.snapshot) };
      await ledger.append(
        [...rows, row('machine.created', data, { run: runOf(subject), keys: [`machine:${subject}`] })],
        answers,
        mail,
      );
      const one: Hosted = { machine, subject, standing, nRows: 0, turn: Promise.resolve(), running: new Map() };
      hosted.set(subject, one);
      for (const effect of standing.started) startEffect(one, effect);
      for (const listener of listeners) listener(view(one));
    },
    send: (subject, event, beside = {}) => {
      const one = require(subject);
      return inTurn(one, () => advance(one, event, beside));
    },
    find: (subject) => {
      const one = hosted.get(subject);
      return one && view(one);
    },
    context: <Context>(subject: string) => require(subject).standing.snapshot.context as Context,
    all: (machine) => [...hosted.values()].filter((one) => !machine || one.machine === machine).map(view),
    restore(machine, subject) {
      const rows = rowsOf(subject);
      const created = dataOf('machine.created', rows[0]);
      if (!created) throw new Fault('LEDGER_BROKEN', `The journal has no first row for ${subject}.`);
      if (created.version !== machineVersions[machine]) {
        throw new Fault(
          'LEDGER_OLDER',
          `${subject} was begun by version ${created.version} of the ${machine} machine.`,
        );
      }
      const events = rows.slice(1).map((entry) => dataOf('machine.moved', entry)?.event as unknown as { type: string });
      const standing = fold(machine, created.input, events);
      hosted.set(subject, {
        machine,
        subject,
        standing,
        nRows: events.length,
        turn: Promise.resolve(),
        running: new Map(),
      });
    },
    startRestored() {
      isHeld = false;
      isEnding = false;
      for (const one of hosted.values()) {
        for (const effect of one.standing.effects) if (!one.running.has(effect.id)) startEffect(one, effect);
      }
    },
    async hold(limitMs) {
      isHeld = true;
      for (const one of hosted.values()) {
        if (one.machine === 'supervisor') continue;
        for (const [id, { abort, work }] of one.running) {
          const name = `${one.subject} ${id}`;
          ending.set(name, work);
          void work.finally(() => {
            // A later one of the same name may have taken its place.
            if (ending.get(name) === work) ending.delete(name);
          });
          abort.abort(heldReason);
        }
        one.running.clear();
      }
      const done = new AbortController();
      await Promise.race([Promise.allSettled(ending.values()), clock.sleep(limitMs, done.signal)]);
      done.abort();
      return [...ending.keys()];
    },
    beginNoMore() {
      isEnding = true;
    },
    get isEnding() {
      return isEnding;
    },
    atWork: () =>
      [...hosted.values()].flatMap(({ machine, subject, running }) =>
        machine === 'supervisor' ? [] : [...running.keys()].map((effect) => ({ subject, effect })),
      ),
    onMoved(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onFatal: (listener) => void fatalListeners.push(listener),
    async halt() {
      halted = true;
      for (const one of hosted.values()) for (const { abort } of one.running.values()) abort.abort();
      await Promise.allSettled(working);
    },
    get nRunning() {
      return working.size;
    },
  };
}
