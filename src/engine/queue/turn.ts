import { Fault } from '../../base/fault.ts';
import { row } from '../../domain/journal/kinds.ts';
import { mergeOrder, type Queued, type Stand } from '../../domain/queue/line.ts';
import { placeMs } from '../../domain/queue/rank.ts';
import { draftOf } from '../changes/draft.ts';
import type { Engine } from '../engine.ts';
import { enteredOf, priorityOf } from './place.ts';

/** A change in the queue of this supervisor. */
export interface Standing extends Queued {
  readonly run: string;
  readonly stand: Stand;
  /** Nothing of it goes on by itself. */
  readonly isWaiting: boolean;
}

/** A transition wakes who waits; a priority that was changed is noticed after this. */
const lookEveryMs = 1_000;

/** Returns the changes that may still merge, in the order in which they would. */
export function standings(engine: Engine): readonly Standing[] {
  const open = engine.host.all('change').filter((one) => !one.isFinal);
  return mergeOrder(
    open.map(({ subject: id, state, isWaiting }) => {
      const { run } = draftOf(engine, id);
      return { id, state, isWaiting, run, priority: priorityOf(engine.ledger, run), ...enteredOf(engine.ledger, id) };
    }),
  );
}

/**
 * Returns those that an approved change has to let go first, nearest to the branch first: what merges or is being brought to
 * production, and what is ready and stands before it. What waits for a person is not among them: it keeps nobody waiting.
 */
export function before(engine: Engine, change: string): readonly Standing[] {
  // Most often it is alone: then no row is read.
  const others = engine.host.all('change').filter((one) => !one.isFinal && one.subject !== change);
  if (!others.some((one) => !one.isWaiting)) return [];
  const all = standings(engine);
  const own = all.findIndex((one) => one.id === change);
  return all.filter((one, place) => {
    if (one.id === change) return false;
    return one.stand === 'midway' ? !one.isWaiting : one.stand === 'ready' && (own < 0 || place < own);
  });
}

/**
 * Waits until it is the change's turn to merge: the first of those that are ready, by age and priority. Looks at what is on
 * record each time that anything moves; a repeat after a kill waits on. Fault `INTERRUPTED` when it is called off.
 */
export async function awaitTurn(engine: Engine, change: string, signal: AbortSignal): Promise<void> {
  let told: string | undefined;
  for (;;) {
    const first = before(engine, change);
    const behind = first.at(-1)?.id;
    if (behind === undefined) return;
    if (told === undefined) await tell(engine, change, { behind, nBefore: first.length });
    told ??= behind;
    if (!(await nextMove(engine, signal))) throw new Fault('INTERRUPTED', `${change} no longer waits for its turn.`);
  }
}

async function tell(engine: Engine, change: string, waits: { behind: string; nBefore: number }): Promise<void> {
  const { run } = draftOf(engine, change);
  await engine.ledger.append([row('queue.waited', { change, ...waits }, { run, keys: [`turn:${change}`] })]);
}

/** Resolves when any machine moves, or after `lookEveryMs`; with false when the signal aborts. */
function nextMove(engine: Engine, signal: AbortSignal): Promise<boolean> {
  const done = new AbortController();
  const moved = new Promise<boolean>((resolve) => {
    const stop = engine.host.onMoved(() => resolve(true));
    done.signal.addEventListener('abort', stop, { once: true });
  });
  const slept = engine.outside.clock.sleep(lookEveryMs, AbortSignal.any([signal, done.signal]));
  return Promise.race([moved, slept]).finally(() => done.abort());
}

/** Returns the approved changes that merge before this one, each of which moves its base, first come first. Whether they wait or not. */
export function firstOf(engine: Engine, change: string): readonly string[] {
  const own = turnPriority(engine, change);
  return engine.host
    .all('change')
    .filter(({ subject, state }) => subject !== change && state.startsWith('queued.'))
    .map(({ subject }) => ({ subject, priority: turnPriority(engine, subject) }))
    .filter(({ priority }) => priority > own)
    .sort((a, b) => b.priority - a.priority)
    .map(({ subject }) => subject);
}

/** Orders merges that wait for one another, as p-queue does: the higher comes first. */
export const turnPriority = (engine: Engine, change: string): number =>
  -placeMs({ ...enteredOf(engine.ledger, change), priority: priorityOf(engine.ledger, draftOf(engine, change).run) });
