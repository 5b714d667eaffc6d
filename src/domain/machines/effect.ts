import { fromPromise } from 'xstate';

import type { FaultRecord } from '../../base/fault.ts';

/**
 * A placeholder for an effect. Machines are data: they name what has to happen, the engine does it
 * after the transition is in the journal, and reports back with `done` or `failed`.
 */
export const effect = <Output>() =>
  fromPromise<Output, { subject: string }>(() => {
    throw new Error('an effect of a machine was started outside the engine');
  });

/** The event by which the engine reports that the effect `id` is done. */
export const effectDone = (id: string, output: unknown, atMs: number) => ({
  type: `xstate.done.actor.${id}`,
  actorId: id,
  output,
  atMs,
});

/** The event by which the engine reports that the effect `id` failed. */
export const effectFailed = (id: string, error: FaultRecord, atMs: number) => ({
  type: `xstate.error.actor.${id}`,
  actorId: id,
  error,
  atMs,
});

/** Reads the fault out of a failure event. */
export const faultOf = (event: { error?: unknown }): FaultRecord => event.error as FaultRecord;

/** Reads the journal's time out of an event that the engine made. */
export const timeOf = (event: object): number => ('atMs' in event ? Number(event.atMs) : 0);
