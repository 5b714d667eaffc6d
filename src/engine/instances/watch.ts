import { Fault, type FaultRecord } from '../../base/fault.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { findProduction } from './production.ts';
import { composedInstance } from './start.ts';

/** How often production is looked at: a death is told within five seconds, the wait for an answer included. */
export const watchEveryMs = 2_000;
/** A server that is busy with a picture answers in milliseconds; one that does not in this time is told as silent. */
const answerMs = 2_500;

/**
 * Asks production whether it is there. Only a change of its state becomes a row. A dead one is told and not started again:
 * what made it die is still there, and a start that dies again would go on for ever.
 */
export async function watchProduction(engine: Engine): Promise<void> {
  const instance = findProduction(engine);
  const view = instance === undefined ? undefined : engine.host.find(instance);
  if (!instance || !view || !isUp(view.state)) return;
  const found = await lookAt(engine, instance);
  if (found.kind === 'gone') await engine.host.send(instance, { type: 'GONE', fault: found.fault });
  if (found.kind === 'answers' && view.state !== 'healthy') await engine.host.send(instance, { type: 'ANSWERED' });
  if (found.kind === 'silent' && view.state !== 'unresponsive') await engine.host.send(instance, { type: 'SILENT' });
}

/** States of an instance that was proven and has not ended. */
export const isUp = (state: string): boolean => ['healthy', 'degraded', 'unresponsive'].includes(state);

/** What a look at an instance that was proven finds. */
export type Found =
  | { readonly kind: 'answers' | 'silent' }
  /** Its process is no more. Never said of what another program started. */
  | { readonly kind: 'gone'; readonly fault: FaultRecord };

/** Looks whether the process of an instance is there and answers. Writes nothing. */
export async function lookAt(engine: Engine, instance: string): Promise<Found> {
  const { processes } = engine.outside;
  const proven = dataOf('instance.proven', engine.ledger.latest(`instance-up:${instance}`));
  if (proven && !(await processes.isAlive({ pid: proven.pid, startTime: proven.startTime }))) {
    const fault = new Fault('SERVICE_NOT_RUNNING', `The process of ${instance} (${proven.pid}) is gone.`).toRecord();
    return { kind: 'gone', fault };
  }
  const composed = composedInstance(engine, instance);
  // What another program started may be started anew by it at any time: silence is told, an end is not claimed.
  return { kind: (await engine.template.answers(engine, composed, answerMs)) ? 'answers' : 'silent' };
}
