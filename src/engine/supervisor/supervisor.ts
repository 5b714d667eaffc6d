import { Fault, faultRecord } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { LedgerRequest, NewEntry } from '../../ports/index.ts';
import { waitingRuns } from '../conditions/wait.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { watchEveryMs } from '../instances/watch.ts';
import { mergesInWindow, timeHolds } from '../policy/hold.ts';
import { type Ahead, createAhead } from '../queue/ahead.ts';
import { isLong } from '../requests/is-long.ts';
import { advanceRun } from '../runs/advance.ts';
import { asksFreeze, frozenFault, isFrozen } from '../services/freeze.ts';
import { shownSlots } from '../services/watch-shown.ts';
import { buildEngine, type Settings } from './build-engine.ts';
import { drainMs } from './drain.ts';
import { createLooks, type Looks } from './looks.ts';
import { endedUnclosed, runOfSubject, unclosedRuns } from './open-runs.ts';
import { recordSummary } from './record-summary.ts';
import { refuseRequest, takeRequest } from './requests.ts';
import { checkpointRow, findSurvivors, restoreMachines } from './restore-machines.ts';
import { createSettingsKeeper, type SettingsKeeper } from './settings.ts';

export interface SupervisorOptions {
  readonly context: EngineContext;
  /** Ends after this long without anything to do; null: never. */
  readonly idleSeconds: number | null;
  /** Ends it at once: effects are called off. */
  readonly signal: AbortSignal;
  /** Ends it in peace: nothing more is begun, and what runs ends or is parked. */
  readonly drain?: AbortSignal;
  /** Opens what lives beside it: once it is the one supervisor, until it is no more. */
  readonly beside?: () => Promise<{ close(): Promise<void> }>;
  /** Makes the row that bare `orchestrate` prints. */
  readonly summarise: () => Promise<JsonObject>;
  /** Renders the session report of a run. */
  readonly reportOf: Engine['reportOf'];
  readonly performHook: Engine['performHook'];
  /** Reads configuration and definitions anew: before each request, which its Faults refuse, and now and then. */
  readonly reload: () => Promise<Settings>;
}

/** A sleep without a bell lasts this long. */
const pollMs = 500;
/** Effects that were called off are given this long; children die with the helper process in any case. */
const haltMs = 3_000;

/**
 * Looks after one installation until it is idle or asked to end: reconciles, takes requests, advances runs.
 * Faults: `SUPERVISOR_BUSY` when another process does, `EPOCH_OLD` when one has taken over.
 */
export async function runSupervisor(options: SupervisorOptions): Promise<void> {
  const { context } = options;
  const { ledger } = context;
  const held = await ledger.acquire();
  if (!held)
    throw new Fault('SUPERVISOR_BUSY', 'Another supervisor looks after this installation.', {
      state: 'It goes on; nothing was changed.',
    });
  const survivors = findSurvivors(ledger);
  const { engine, apply } = buildEngine(context, {
    highest: survivors.numbers,
    reportOf: options.reportOf,
    performHook: options.performHook,
  });
  const watch = new Supervisor(engine, `supervisor:${held.epoch}`, options, apply);
  let beside: { close(): Promise<void> } | undefined;
  try {
    const { pid, version } = context.outside.host;
    const stays = options.idleSeconds === null ? { stays: true as const } : {};
    await ledger.append([row('supervisor.started', { pid, version, ...stays })]);
    beside = await options.beside?.();
    restoreMachines(engine.host, ledger, survivors);
    await watch.run();
  } catch (error) {
    watch.fatal ??= error;
  } finally {
    await beside?.close();
    const isHalted = await Promise.race([
      Promise.all([engine.host.halt(), watch.halt()]).then(() => true),
      context.outside.clock.sleep(haltMs).then(() => false),
    ]);
    const { fatal } = watch;
    // A ledger that takes no more rows is why it ends: then there is no row about it either.
    if (
      fatal === undefined ||
      (fatal instanceof Fault && !['EPOCH_OLD', 'DISK_FULL', 'LEDGER_UNAVAILABLE'].includes(fatal.code))
    ) {
      const reason =
        fatal instanceof Fault
          ? `${fatal.code} ${fatal.message}`
          : options.signal.aborted || watch.isAsked
            ? 'asked to end'
            : 'nothing to do';
      await ledger.append([
        ...watch.reached(),
        checkpointRow(engine.host.all(), engine.numbers.all()),
        row('supervisor.stopped', { reason }),
      ]);
    }
    // An effect that did not stop may still act: then the lock is kept until this process is gone.
    if (isHalted) await held.release();
  }
  if (watch.fatal !== undefined) throw asError(watch.fatal);
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** The loop of one supervisor process. */
class Supervisor {
  fatal: unknown;
  readonly #engine: Engine;
  readonly #subject: string;
  readonly #options: SupervisorOptions;
  readonly #settings: SettingsKeeper;
  readonly #dirty = new Set<string>();
  readonly #taken = new Set<number>();
  readonly #services = new Set<Promise<void>>();
  #ahead: Ahead;
  readonly #looks: Looks;
  #wake = (): void => {};
  #idleSinceMs: number;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #isRestored = false;
  #endAsked = false;
  #drainAsked = false;
  /** Requests that take long, while it drains. */
  #atRest: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, subject: string, options: SupervisorOptions, apply: (settings: Settings) => void) {
    this.#engine = engine;
    this.#subject = subject;
    this.#options = options;
    this.#settings = createSettingsKeeper(engine, { reload: options.reload, apply });
    this.#idleSinceMs = engine.outside.clock.monotonicMs();
    engine.host.onFatal((error) => this.#fail(error));
    this.#ahead = this.#newAhead();
    const { summarise } = options;
    this.#looks = createLooks(engine, { settings: this.#settings, summarise, onFatal: (error) => this.#fail(error) });
    engine.host.onMoved((view) => {
      const run = runOfSubject(engine, view.subject);
      if (run !== undefined) this.#dirty.add(run);
      this.#wake();
    });
    options.drain?.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** Whether somebody wants it to end. */
  get isAsked(): boolean {
    return this.#endAsked || this.#drainAsked || this.#options.drain?.aborted === true;
  }

  async run(): Promise<void> {
    const { host } = this.#engine;
    await host.create('supervisor', this.#subject, { subject: this.#subject });
    for (const view of host.all('run')) this.#dirty.add(view.subject);
    for (const run of unclosedRuns(this.#engine)) this.#dirty.add(run);
    while (this.fatal === undefined && !this.#options.signal.aborted) {
      const own = host.find(this.#subject);
      const state = own?.state;
      // It could not put right what it found: whoever asked for it has to hear why.
      if (state === 'stopped' && own?.fault) throw Fault.fromRecord(own.fault);
      if (state === 'stopped') return void (await this.#atRest);
      const { ledger } = this.#engine;
      if ((state === 'ready' || state === 'frozen') && (this.#drainAsked || this.#options.drain?.aborted === true)) {
        await this.#drain();
        continue;
      }
      if (state === 'ready' && (isFrozen(ledger) || ledger.openRequests().some(asksFreeze))) {
        await this.#freeze();
        continue;
      }
      if (state === 'frozen' && (await this.#stayFrozen())) continue;
      // Nothing is begun before what a kill left behind is put right.
      if (state === 'ready' && (await this.#work())) continue;
      await this.#pause();
    }
  }

  /** Takes nothing more: open requests are kept for the next supervisor. */
  async #drain(): Promise<void> {
    void this.#ahead.halt();
    const done = new AbortController();
    const { ledger, outside } = this.#engine;
    // What is frozen does not go on before somebody thaws it.
    if (!isFrozen(ledger))
      this.#atRest = Promise.race([Promise.all(this.#services), outside.clock.sleep(drainMs, done.signal)]);
    void this.#atRest.finally(() => done.abort());
    this.#engine.host.beginNoMore();
    await this.#engine.host.send(this.#subject, { type: 'DRAIN' });
  }

  /** Rows of how far it came in what is read on and on. */
  reached(): readonly NewEntry[] {
    return this.#looks.reached();
  }

  /** Ends what goes on beside the machines. */
  halt(): Promise<void> {
    return this.#ahead.halt();
  }

  #newAhead(): Ahead {
    return createAhead(this.#engine, { onFatal: (error) => this.#fail(error), onMoved: () => this.#wake() });
  }

  /** What was at work is begun again by the thaw, after the same look at the world as after a kill. */
  async #freeze(): Promise<void> {
    const ahead = this.#ahead;
    this.#ahead = this.#newAhead();
    void ahead.halt();
    this.#isRestored = false;
    await this.#engine.host.send(this.#subject, { type: 'FREEZE' });
  }

  /** One round while nothing may work. True when there is more to do at once. */
  async #stayFrozen(): Promise<boolean> {
    const { host, ledger, outside } = this.#engine;
    for (const request of ledger.openRequests()) {
      if (this.#taken.has(request.id)) continue;
      if (request.kind.startsWith('supervisor.')) await this.#take(request);
      else {
        this.#taken.add(request.id);
        await refuseRequest(this.#engine, request.id, frozenFault(this.#engine));
      }
    }
    const move = !isFrozen(ledger) ? 'THAW' : this.#isIdle() ? 'DRAIN' : undefined;
    if (move !== undefined) return host.send(this.#subject, { type: move });
    if (outside.clock.monotonicMs() - this.#lookedMs < watchEveryMs) return false;
    this.#lookedMs = outside.clock.monotonicMs();
    await recordSummary(this.#engine, await this.#options.summarise());
    return false;
  }

  /** One round. True when there is more to do at once. */
  async #work(): Promise<boolean> {
    const { host } = this.#engine;
    if (!this.#isRestored) {
      this.#isRestored = true;
      host.startRestored();
    }
    for (const request of this.#engine.ledger.openRequests())
      // To freeze is taken by the round that finds everything at rest.
      if (!this.#taken.has(request.id) && !this.#drainAsked && !asksFreeze(request)) await this.#take(request);
    if (this.#drainAsked) return true;
    await this.#lookAround();
    const now = [...this.#dirty];
    this.#dirty.clear();
    for (const run of now) await this.#advance(run);
    // After those whose turn it is: their gates come first.
    this.#ahead.look();
    if (this.#dirty.size > 0) return true;
    if (!this.#isIdle()) return false;
    this.#lookedMs = Number.NEGATIVE_INFINITY;
    await this.#lookAround();
    // The look may have begun something: a message starts a run.
    if (!this.#isIdle()) return true;
    await host.send(this.#subject, { type: 'DRAIN' });
    return true;
  }

  async #take(request: LedgerRequest): Promise<void> {
    this.#taken.add(request.id);
    this.#idleSinceMs = this.#engine.outside.clock.monotonicMs();
    if (request.kind === 'supervisor.stop') this.#endAsked = true;
    if (request.kind === 'supervisor.drain') this.#drainAsked = true;
    try {
      await this.#settings.read();
    } catch (error) {
      return refuseRequest(this.#engine, request.id, error);
    }
    // Starting or stopping a service, removing much or looking through folders of others takes long; all else is a row.
    if (!isLong(request.kind)) return takeRequest(this.#engine, request);
    const tracked = this.#turnOf(request.kind)(() => takeRequest(this.#engine, request))
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#services.delete(tracked);
        this.#wake();
      });
    this.#services.add(tracked);
  }

  /** One at a time of what must not meet. A look takes its own turn, and what shows a slot takes that of the slot. */
  #turnOf(kind: string): Engine['inServiceTurn'] {
    if (kind === 'space.prune' || /^(trees?|failover|removal|trash|doctor)\./.test(kind))
      return this.#engine.inSpaceTurn;
    // A stop that waits for a prompt is what a person may want to cancel it for.
    const isAlone = ['outside.look', 'prompt.cancel', 'service.show', 'service.hide'].includes(kind);
    return isAlone ? (work) => work() : this.#engine.inServiceTurn;
  }

  async #lookAround(): Promise<void> {
    const engine = this.#engine;
    const { clock } = engine.outside;
    if (clock.monotonicMs() - this.#lookedMs < watchEveryMs) return;
    this.#lookedMs = clock.monotonicMs();
    for (const run of [...endedUnclosed(engine), ...waitingRuns(engine)]) this.#dirty.add(run);
    await this.#looks.around();
  }

  async #advance(run: string): Promise<void> {
    try {
      await advanceRun(this.#engine, run);
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'EPOCH_OLD') throw error;
      const { host, outside } = this.#engine;
      outside.log.error('a run cannot go on', { run, ...error.toRecord() });
      const state = host.find(run)?.state;
      const fault = faultRecord(error);
      if (state === 'executing') await host.send(run, { type: 'TASK_PARKED', fault });
      else if (state === 'reviewing' || state === 'merging') await host.send(run, { type: 'CHANGE_REJECTED', fault });
    }
  }

  #isIdle(): boolean {
    const { host, ledger, outside } = this.#engine;
    const isBusy =
      host.nRunning > 0 || this.#ahead.nRunning > 0 || this.#services.size > 0 || ledger.openRequests().length > 0;
    // Nobody else would merge it at its time, or see that a condition holds, or that it was waited for too long.
    const waitsForTime =
      waitingRuns(this.#engine).length > 0 ||
      shownSlots(this.#engine).length > 0 ||
      host
        .all('change')
        .some(
          ({ state, subject, fault }) =>
            state === 'queued.holding' && (timeHolds.has(fault?.code ?? '') || mergesInWindow(this.#engine, subject)),
        );
    const nowMs = outside.clock.monotonicMs();
    if (isBusy || waitsForTime) this.#idleSinceMs = nowMs;
    const { idleSeconds } = this.#options;
    return !isBusy && (this.#endAsked || (idleSeconds !== null && nowMs - this.#idleSinceMs > idleSeconds * 1_000));
  }

  /** Sleeps until something happened: a transition here, a commit or request elsewhere, or the time. */
  async #pause(): Promise<void> {
    const done = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const isReady = this.#engine.host.find(this.#subject)?.state === 'ready';
    if ((isReady && this.#dirty.size > 0) || this.fatal !== undefined) return;
    await Promise.race([
      woken,
      this.#engine.ledger.waitForBell(pollMs, AbortSignal.any([done.signal, this.#options.signal])),
    ]);
    done.abort();
  }

  #fail(error: unknown): void {
    this.fatal ??= error;
    this.#wake();
  }
}
