import type { Engine } from '../engine.ts';
import { endCommanded, isCommanded, startCommanded } from './commanded.ts';
import { composedInstance, startInstance, stopInstance } from './start.ts';

type Save = Parameters<typeof stopInstance>[2];

/** Starts a composed instance: the process by us, or the other program's by its command. */
export function startAny(engine: Engine, instance: string, signal: AbortSignal): Promise<object> {
  const composed = composedInstance(engine, instance);
  return isCommanded(composed) ? startCommanded(engine, composed, signal) : startInstance(engine, instance, signal);
}

/** Stops an instance: our process, or the other program's by its command. `save` is given its folder before that goes. */
export function stopAny(engine: Engine, instance: string, save: Save): Promise<object> {
  const composed = composedInstance(engine, instance);
  return isCommanded(composed) ? endCommanded(engine, composed, save) : stopInstance(engine, instance, save);
}
