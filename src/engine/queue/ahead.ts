import { Fault, faultRecord } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import { standOf } from '../../domain/queue/line.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { stopInstancesOf } from '../instances/ensure.ts';
import { composedInstance } from '../instances/start.ts';
import { ownerOf } from './owner.ts';
import { gatedTree, predict, type Prediction, predictionMark } from './predict.ts';
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

/**
 * While changes wait, the one behind is proven on the tree that the branch becomes if those before it merge: its gate finds that
 * evidence by its key and is done in a moment. When something before it fails, is rejected or withdrawn, what stands on it is
 * dropped and foreseen anew. `onFatal`: the ledger takes no more rows; `onMoved`: something ended, look around again.
 */
export function createAhead(
  engine: Engine,
  { onFatal, onMoved }: { readonly onFatal: (error: unknown) => void; readonly onMoved: () => void },
): Ahead {
  const running = new Map<string, Running>();
  const ending = new AbortController();
  let mark: string | undefined;
  let predictions: readonly Prediction[] = [];
  let looking: Promise<void> | undefined;
  let isAsked = false;

  /** A change that is on its way from one state to the next is in none of them for long: nothing is begun or dropped for that. */
  let seen: { readonly mark: string | undefined; readonly sinceMs: number } = { mark, sinceMs: 0 };
  const isSettled = (now: string | undefined): boolean => {
    const nowMs = engine.outside.clock.monotonicMs();
    if (seen.mark !== now) seen = { mark: now, sinceMs: nowMs };
    return nowMs - seen.sinceMs >= settleMs;
  };

  const look = async (): Promise<void> => {
    // The one that is alone in line has nobody before it: nothing is read, no git is run.
    const nInLine = engine.host.all('change').filter(mayStand).length;
    if (nInLine === 0 && running.size === 0) return;
    if (engine.config.queue.ahead === 0 && running.size === 0) return;
    const now = engine.config.queue.ahead === 0 ? 'off' : await predictionMark(engine);
    if (now !== mark) {
      if (!isSettled(now)) return;
      predictions = now === undefined || now === 'off' ? [] : await predict(engine, ending.signal);
      mark = now;
    }
    for (const one of running.values()) await keepOrDrop(one);
    for (const one of predictions) await tellStale(engine, one);
    await tellConflicts(engine, predictions);
    const next = predictions.find((one) => isWanted(engine, one) && !running.has(one.change));
    if (next === undefined || (await noRoom(engine, running.size)) !== undefined || ending.signal.aborted) return;
    begin(next);
  };

  /** What is proven is still what the change will become, or it ends. */
  const keepOrDrop = async ({ prediction, tree, abort, done }: Running): Promise<void> => {
    const { change } = prediction;
    const now = predictions.find((one) => one.change === change);
    if (treeOf(now) === tree || abort.signal.aborted) return;
    await drop(engine, { ...prediction, tree }, dropReason(engine, prediction, now));
    abort.abort();
    await done;
  };

  const begin = (prediction: Prediction): void => {
    const tree = treeOf(prediction);
    if (tree === undefined) return;
    const { change } = prediction;
    const abort = new AbortController();
    const done = prove(engine, { prediction, tree, abort: abort.signal, ending: ending.signal })
      .catch(onFatal)
      .finally(() => {
        running.delete(change);
        engine.aheadOwners.delete(ownerOf(change));
        onMoved();
      });
    engine.aheadOwners.add(ownerOf(change));
    running.set(change, { prediction, tree, abort, done });
  };

  const again = async (): Promise<void> => {
    do {
      isAsked = false;
      try {
        await look();
      } catch (error) {
        if (ending.signal.aborted) return;
        if (!(error instanceof Fault) || ['EPOCH_OLD', 'LEDGER_UNAVAILABLE'].includes(error.code))
          return onFatal(error);
        engine.outside.log.warn('looking ahead failed; it is tried again', { ...error.toRecord() });
        return;
      }
    } while (isAsked);
  };

  return {
    look() {
      isAsked = true;
      if (ending.signal.aborted) return;
      looking ??= again().finally(() => void (looking = undefined));
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
    if (error instanceof Fault && ['EPOCH_OLD', 'LEDGER_UNAVAILABLE'].includes(error.code)) throw error;
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

async function tellConflicts(engine: Engine, predictions: readonly Prediction[]): Promise<void> {
  for (const { change, onTop, base, outcome } of predictions) {
    if (outcome.kind !== 'conflict' || onTop.length === 0) continue;
    const told = dataOf('queue.proven', engine.ledger.latest(`ahead:${change}`));
    if (told?.outcome === 'conflict' && told.base === base && told.onTop.join() === onTop.join()) continue;
    const fault = outcome.fault.toRecord();
    const data = { change, onTop, base, tree: null, outcome: 'conflict', fault, durationMs: 0 } as const;
    await engine.ledger.append([row('queue.proven', data, { keys: [`ahead:${change}`] })]);
  }
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
function dropReason(
  engine: Engine,
  was: { readonly change: string; readonly onTop: readonly string[] },
  now: Prediction | undefined,
): string {
  const state = engine.host.find(was.change)?.state ?? 'gone';
  if (now === undefined) return `${was.change} is ${state}`;
  const gone = was.onTop.find((one) => !now.onTop.includes(one) && engine.ledger.latest(`merged:${one}`) === undefined);
  if (gone !== undefined) return `${gone}, which stood before it, is ${engine.host.find(gone)?.state ?? 'gone'}`;
  const come = now.onTop.find((one) => !was.onTop.includes(one));
  return come === undefined ? 'the branch has moved' : `${come} stands before it now`;
}
