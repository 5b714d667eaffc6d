import type { Fault } from '../../base/fault.ts';
import { findObstacle, findReason } from '../changes/admit.ts';
import { draftOf } from '../changes/draft.ts';
import { isForLater } from '../changes/merge.ts';
import { mayAskRemote, remotePassing } from '../changes/remote-looks.ts';
import { isEnd } from '../effects/is-end.ts';
import type { Engine } from '../engine.ts';
import type { MachineView } from '../machines/host.ts';
import { timeHolds } from '../policy/hold.ts';
import { planOf } from '../tasks/task-view.ts';

/** What a look shows to be gone, or to be something else, in the round in which it is. */
const passing: ReadonlySet<string> = new Set([
  'HOME_DIRTY',
  'HOME_BRANCH',
  'CHANGE_MOVED',
  'TREE_REFUSED',
  'WAITING_FOR_PERSON',
  ...timeHolds,
]);

/** What a person has to say something about: no look shows that it is over. */
const needsPerson: ReadonlySet<string> = new Set(['TREE_TAMPERED', 'DISK_FULL']);

/**
 * Looks at changes that wait for something that time brings, and sends on those that need wait no longer, or wait for something else
 * by now: what is told has to stay true. One that cannot be looked at stops no other, and its hold says why.
 */
export async function retryHeld(engine: Engine): Promise<void> {
  for (const view of engine.host.all('change')) {
    try {
      if (await mayGoOn(engine, view)) await engine.host.send(view.subject, { type: 'RETRY' });
    } catch (error) {
      if (isEnd(error)) throw error;
      await tellFault(engine, view, error as Fault);
    }
  }
}

async function mayGoOn(engine: Engine, view: MachineView): Promise<boolean> {
  const { subject, state, fault } = view;
  const code = fault?.code ?? '';
  if (state === 'conflicted') return code === 'HOME_BRANCH' && hasBranch(engine, subject);
  if (state === 'mergeHeld') return mayMerge(engine, view, code);
  if (state !== 'queued.holding' || needsPerson.has(code)) return false;
  if (!passing.has(code) && !mayAskRemote(engine, subject, code)) return false;
  const obstacle = await findReason(engine, subject);
  return obstacle === undefined || isOther(view, obstacle);
}

/** A merge that failed half-way goes on, or, in a freeze or outside its window, back into the line if nothing of it has left. */
async function mayMerge(engine: Engine, view: MachineView, code: string): Promise<boolean> {
  if (code !== 'HOME_BRANCH' && !remotePassing.has(code)) return false;
  if (await isForLater(engine, view.subject)) return true;
  if (remotePassing.has(code) && !mayAskRemote(engine, view.subject, code)) return false;
  return (await findObstacle(engine, view.subject)) === undefined;
}

/** Whether it waits for something else than what it says. */
function isOther({ fault }: MachineView, obstacle: Fault): boolean {
  const code = fault?.code ?? '';
  if (remotePassing.has(code)) return obstacle.code !== code;
  // What failed on the way to the remote is not over because the remote still waits.
  if (!passing.has(code) && obstacle.code === 'REMOTE_AWAITED') return false;
  if (obstacle.code !== code) return true;
  // Which change is in the way is told; how far it got meanwhile is not worth three rows.
  const told = (one: Pick<Fault, 'hints' | 'message'>): string =>
    code === 'WAITING_FOR_PERSON' ? one.hints.join() : one.message;
  return fault !== null && told(fault) !== told(obstacle);
}

/** What waits in the line is asked again, and says then what is in the way; elsewhere the hold stays as it is. */
async function tellFault(engine: Engine, view: MachineView, fault: Fault): Promise<void> {
  const { subject, state } = view;
  engine.outside.log.warn('a held change cannot be looked at; it is tried again', { subject, ...fault.toRecord() });
  const isTold = view.fault?.code === fault.code && view.fault.message === fault.message;
  if (state === 'queued.holding' && !isTold) await engine.host.send(subject, { type: 'RETRY' });
}

/** The branch of a change that could not be proven without it is there again. */
const hasBranch = async (engine: Engine, change: string): Promise<boolean> =>
  (await engine.home.findRef(planOf(engine, draftOf(engine, change).run).branchRef)) !== undefined;
