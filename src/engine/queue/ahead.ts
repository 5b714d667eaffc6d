import { Fault, faultRecord } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import { standOf } from '../../domain/queue/line.ts';
import { markOf } from '../context.ts';
import { isEnd } from '../effects/is-end.ts';
import type { Engine } from '../engine.ts';
import { stopInstancesOf } from '../instances/ensure.ts';
import { composedInstance } from '../instances/start.ts';
import { ownerOf } from './owner.ts';
import { foresee, gatedTree, hasMerged, lineIds, type Prediction, predictionMark } from './predict.ts';
import { noRoom } from './room.ts';

/** Looks ahead: proves what stands behind before it is its turn, as evidence only. */
export interface Ahead {
  /** Looks whether there is something to begin or to drop. Returns at once; what it does is level-triggered. */
  look(): void;
  readonly nRunning: number;
  /** Ends what is running; nothing is journalled of it, the next process forgets it. */
  halt(): Promise<void>;
}

interface Running {
  readonly prediction: Prediction;
  readonly tree: GitTreeId;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

type Proven = JournalKinds['queue.proven'];

/** Branch, gates and order have to stay as they are for this long before the branch is foreseen from them. */
const settleMs = 1_000;
/** Where a proof could not even begin, so long nothing is begun. */
const restMs = 60_000;

/**
 * While changes wait, the one behind is proven on the tree that the branch becomes if those before it merge: its gate finds that
 * evidence by its key and is done in a moment. When something before it fails, is rejected or withdrawn, what stands on it is
 * dropped and foreseen anew. `onFatal`: the ledger takes no more rows; `onMoved`: something ended, look around again.
 */
export function createAhead(
  engine: Engine,
  { onFatal, onMoved }: { readonly onFatal: (error: unknown) => void; readonly onMoved: () => void },
): Ahead {
  const { clock, log } = engine.outside;
  const running = new Map<string, Running>();
  const ending = new AbortController();
  let foreseen: Foreseen = { mark: undefined, predictions: [], next: undefined };
  let looking: Promise<void> | undefined;
  let isAsked = false;
  let restUntilMs = Number.NEGATIVE_INFINITY;

  /** A change that is on its way from one state to the next is in none of them for long: nothing is begun or dropped for that. */
  let seen: { readonly mark: string | undefined; readonly sinceMs: number } = { mark: undefined, sinceMs: 0 };
  const isSettled = (now: string | undefined): boolean => {
    const nowMs = clock.monotonicMs();
    if (seen.mark !== now) seen = { mark: now, sinceMs: nowMs };
    return nowMs - seen.sinceMs >= settleMs;
  };

  const look = async (): Promise<void> => {
    // The one that is alone in line has nobody before it: nothing is read, no git is run.
    const nInLine = engine.host.all('change').filter(mayStand).length;
    if (nInLine === 0 && running.size === 0) return;
    if (engine.config.queue.ahead === 0 && running.size === 0) return;
    const now = engine.config.queue.ahead === 0 ? 'off' : await predictionMark(engine);
    if (now !== foreseen.mark) {
      if (!isSettled(now)) return;
      await dropFallen();
      const isOff = now === undefined || now === 'off';
      foreseen = { mark: now, predictions: [], next: isOff ? undefined : foresee(engine, ending.signal) };
    }
    await checkRunning();
    if (!mayBegin() || (await noRoom(engine, running.size)) !== undefined) return;
    const next = await firstWanted();
    if (next === undefined || ending.signal.aborted) return;
    // It may have taken an index, and that its time.
    if ((await noRoom(engine, running.size)) === undefined) begin(next);
  };

  /** What stood on a change that fell out of the line is wrong whatever the branch becomes: it ends before anything is foreseen. */
  const dropFallen = async (): Promise<void> => {
    const line = lineIds(engine);
    const isFallen = (was: Stood): boolean =>
      [was.change, ...was.onTop].some((one) => !line.includes(one) && !hasMerged(engine, one));
    for (const one of running.values())
      if (isFallen(one.prediction)) await end(one, fallenReason(engine, one.prediction, line));
    for (const change of line) {
      const proven = dataOf('queue.proven', engine.ledger.latest(`ahead:${change}`));
      if (proven === undefined || proven.outcome === 'conflict' || !isFallen(proven)) continue;
      await drop(engine, proven, fallenReason(engine, proven, line));
    }
  };

  /** What is proven is still what the change will become, or it ends. */
  const checkRunning = async (): Promise<void> => {
    for (const one of running.values()) {
      const { prediction, tree } = one;
      const now = await predictionOf(prediction.change);
      if (treeOf(now) !== tree) await end(one, dropReason(engine, prediction, now));
    }
  };

  const end = async ({ prediction, tree, abort, done }: Running, reason: string): Promise<void> => {
    if (abort.signal.aborted) return;
    await drop(engine, { ...prediction, tree }, reason);
    abort.abort();
    await done;
  };

  /** Foresees one change more. Undefined: there is none. */
  const extend = async (): Promise<Prediction | undefined> => {
    try {
      const next = await foreseen.next?.next();
      if (next === undefined || next.done === true) {
        foreseen = { ...foreseen, next: undefined };
        return undefined;
      }
      foreseen = { ...foreseen, predictions: [...foreseen.predictions, next.value] };
      await tellStale(engine, next.value);
      await tellConflict(engine, next.value);
      return next.value;
    } catch (error) {
      // Half of the line is nothing to go on with: it is foreseen from the start.
      foreseen = { mark: undefined, predictions: [], next: undefined };
      throw error;
    }
  };

  const predictionOf = async (change: string): Promise<Prediction | undefined> => {
    let found = foreseen.predictions.find((one) => one.change === change);
    for (let one = found; found === undefined;) {
      one = await extend();
      if (one === undefined) return undefined;
      if (one.change === change) found = one;
    }
    return found;
  };

  const isNew = (one: Prediction): boolean => isWanted(engine, one) && !running.has(one.change);

  /** Cheap: whether there may be something to begin at all. */
  const mayBegin = (): boolean =>
    clock.monotonicMs() >= restUntilMs &&
    running.size < engine.config.queue.ahead &&
    (foreseen.next !== undefined || foreseen.predictions.some(isNew));

  /** The first that is to be proven; no more of the line is foreseen than up to there. */
  const firstWanted = async (): Promise<Prediction | undefined> => {
    const known = foreseen.predictions.find(isNew);
    if (known !== undefined) return known;
    for (;;) {
      const one = await extend();
      if (one === undefined || isNew(one)) return one;
      // Something moved meanwhile: what comes behind is another one.
      if ((await predictionMark(engine)) !== foreseen.mark) return undefined;
    }
  };

  const begin = (prediction: Prediction): void => {
    const tree = treeOf(prediction);
    if (tree === undefined) return;
    const { change } = prediction;
    const abort = new AbortController();
    const done = prove(engine, { prediction, tree, abort: abort.signal, ending: ending.signal })
      .catch((error: unknown) => rest(prediction, error))
      .catch(onFatal)
      .finally(() => {
        running.delete(change);
        engine.aheadOwners.delete(ownerOf(change));
        onMoved();
      });
    engine.aheadOwners.add(ownerOf(change));
    running.set(change, { prediction, tree, abort, done });
  };

  /** Nothing was proven, and nothing says that it would not hold: a port that is free, say, is missing. */
  const rest = async ({ change, onTop }: Prediction, error: unknown): Promise<void> => {
    if (isEnd(error)) throw error;
    const fault = faultRecord(error);
    log.warn('proving ahead failed; it is tried again', { change, ...fault });
    restUntilMs = clock.monotonicMs() + restMs;
    const told = dataOf('queue.dropped', engine.ledger.latest(`ahead:${change}`));
    if (told?.reason !== fault.message) await drop(engine, { change, onTop, tree: null }, fault.message);
  };

  const lookWhileAsked = async (): Promise<void> => {
    while (isAsked && !ending.signal.aborted) {
      isAsked = false;
      try {
        await look();
      } catch (error) {
        if (ending.signal.aborted) break;
        if (isEnd(error)) {
          onFatal(error);
          break;
        }
        log.warn('looking ahead failed; it is tried again', { ...faultRecord(error) });
      }
    }
    // In the same turn as the last look at `isAsked`: nobody asks in between.
    looking = undefined;
  };

  return {
    look() {
      isAsked = true;
      if (!ending.signal.aborted) looking ??= lookWhileAsked();
    },
    get nRunning() {
      return running.size;
    },
    async halt() {
      ending.abort();
      for (const { abort } of running.values()) abort.abort();
      await Promise.allSettled([looking, ...[...running.values()].map((one) => one.done)]);
    },
  };
}

/** The line as far as it was foreseen from what `mark` names; `next`: the rest of it. */
interface Foreseen {
  readonly mark: string | undefined;
  readonly predictions: readonly Prediction[];
  readonly next: AsyncGenerator<Prediction, void> | undefined;
}

const mayStand = (one: { readonly state: string }): boolean =>
  standOf({ state: one.state, wasApproved: true }) !== undefined;

const treeOf = (one: Prediction | undefined): GitTreeId | undefined =>
  one?.outcome.kind === 'clean' ? one.outcome.tree : undefined;

/** Worth proving: nobody has, nobody tried in vain, and it is not just about to be proven by its own gate. */
function isWanted(engine: Engine, one: Prediction): boolean {
  const { change, stand, onTop } = one;
  const tree = treeOf(one);
  if (tree === undefined || stand === 'midway' || tree === gatedTree(engine, change)) return false;
  const isNext = stand === 'ready' && onTop.length === 0 && !engine.host.all('change').some(isMidway);
  if (isNext || ['regating', 'reviewing.asking'].includes(engine.host.find(change)?.state ?? '')) return false;
  return dataOf('queue.proven', engine.ledger.latest(`ahead:${change}`))?.tree !== tree;
}

const isMidway = (one: { readonly state: string }): boolean =>
  standOf({ state: one.state, wasApproved: true }) === 'midway';

async function prove(
  engine: Engine,
  options: { prediction: Prediction; tree: GitTreeId; abort: AbortSignal; ending: AbortSignal },
): Promise<void> {
  const { prediction, tree, abort, ending } = options;
  const { change, onTop, base } = prediction;
  const owner = ownerOf(change);
  const { clock } = engine.outside;
  const keys = [`ahead:${change}`];
  const startedMs = clock.monotonicMs();
  try {
    const port = await engine.leases.takePort(owner);
    await engine.ledger.append([row('queue.predicted', { change, onTop, base, tree, owner, port }, { keys })]);
    const outcome = await outcomeOf(engine, { change, owner, tree, port, signal: abort });
    if (abort.aborted) return;
    const durationMs = Math.round(clock.monotonicMs() - startedMs);
    await engine.ledger.append([row('queue.proven', { change, onTop, base, tree, ...outcome, durationMs }, { keys })]);
  } finally {
    if (ending.aborted) await endProcesses(engine, owner);
    else await giveBack(engine, owner);
  }
}

async function outcomeOf(
  engine: Engine,
  asked: { change: string; owner: string; tree: GitTreeId; port: number; signal: AbortSignal },
): Promise<Pick<Proven, 'outcome' | 'fault'>> {
  try {
    const outcome = await engine.template.proveAhead(engine, asked);
    return { outcome, fault: null };
  } catch (error) {
    if (error instanceof Fault && isEnd(error)) throw error;
    return { outcome: 'failed', fault: faultRecord(error) };
  }
}

/** Gives back what a proof ahead holds. A repeat is safe. */
export async function giveBack(engine: Engine, owner: string): Promise<void> {
  await engine.template.endProofs(engine, owner);
  await stopInstancesOf(engine, owner);
  await engine.leases.free(owner);
}

/** The process goes with us; its rows and its folder are for whoever comes after us. */
async function endProcesses(engine: Engine, owner: string): Promise<void> {
  for (const { subject, state } of engine.host.all('instance')) {
    if (state === 'stopped' || composedInstance(engine, subject).run !== owner) continue;
    for (const found of await engine.outside.processes.findMarked((one) => one === markOf(engine, subject)))
      await engine.outside.processes.stop(found, { graceMs: 500 });
  }
}

/** What was proven ahead, and is no longer what the change becomes, is told: it was of use to nobody. */
async function tellStale(engine: Engine, now: Prediction): Promise<void> {
  const proven = dataOf('queue.proven', engine.ledger.latest(`ahead:${now.change}`));
  if (proven === undefined || proven.outcome === 'conflict' || proven.tree === treeOf(now)) return;
  await drop(engine, proven, dropReason(engine, proven, now));
}

/** Told once for the same order on the same branch. */
async function tellConflict(engine: Engine, { change, onTop, base, outcome }: Prediction): Promise<void> {
  if (outcome.kind !== 'conflict' || onTop.length === 0) return;
  const told = dataOf('queue.proven', engine.ledger.latest(`ahead:${change}`));
  if (told?.outcome === 'conflict' && told.base === base && told.onTop.join() === onTop.join()) return;
  const fault = outcome.fault.toRecord();
  const data = { change, onTop, base, tree: null, outcome: 'conflict', fault, durationMs: 0 } as const;
  await engine.ledger.append([row('queue.proven', data, { keys: [`ahead:${change}`] })]);
}

async function drop(
  engine: Engine,
  was: { readonly change: string; readonly onTop: readonly string[]; readonly tree: string | null },
  reason: string,
): Promise<void> {
  const { change, onTop, tree } = was;
  await engine.ledger.append([row('queue.dropped', { change, onTop, tree, reason }, { keys: [`ahead:${change}`] })]);
}

/** Who of those that stood before it does no longer, and what became of them. */
function dropReason(engine: Engine, was: Stood, now: Prediction | undefined): string {
  if (now === undefined) return `${was.change} is ${stateOf(engine, was.change)}`;
  const gone = was.onTop.find((one) => !now.onTop.includes(one) && !hasMerged(engine, one));
  if (gone !== undefined) return goneReason(engine, gone);
  const come = now.onTop.find((one) => !was.onTop.includes(one));
  return come === undefined ? 'the branch has moved' : `${come} stands before it now`;
}

/** The same for one that does not stand in line any more, or stood on one that does not. */
function fallenReason(engine: Engine, was: Stood, line: readonly string[]): string {
  const gone = was.onTop.find((one) => !line.includes(one) && !hasMerged(engine, one));
  return !line.includes(was.change) || gone === undefined
    ? `${was.change} is ${stateOf(engine, was.change)}`
    : goneReason(engine, gone);
}

type Stood = Pick<Proven, 'change' | 'onTop'>;

const stateOf = (engine: Engine, change: string): string => engine.host.find(change)?.state ?? 'gone';
const goneReason = (engine: Engine, gone: string): string =>
  `${gone}, which stood before it, is ${stateOf(engine, gone)}`;
