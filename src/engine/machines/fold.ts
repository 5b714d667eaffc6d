import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';

import type { JsonObject } from '../../base/json.ts';
import { type MachineName, machines } from '../../domain/machines/index.ts';

/** An effect that the state waits for. `token` tells it from an earlier one of the same name. */
export interface RunningEffect {
  readonly id: string;
  readonly src: string;
  readonly input: JsonObject;
  readonly token: number;
}

/** A machine as it stands: its snapshot and the effects that it waits for. */
export interface Standing {
  readonly snapshot: AnyMachineSnapshot;
  readonly effects: readonly RunningEffect[];
  /** Effects that this step started; a subset of `effects`. */
  readonly started: readonly RunningEffect[];
  readonly moved: boolean;
}

interface SpawnAction {
  readonly type: string;
  readonly params?: { id?: unknown; src?: unknown; input?: unknown };
}

const machineOf = (name: MachineName): AnyStateMachine => machines[name] as AnyStateMachine;

/** Returns the state as text: `executing`, `reviewing.deciding`. */
export function stateName(snapshot: AnyMachineSnapshot): string {
  const parts: string[] = [];
  let value: unknown = snapshot.value;
  while (value !== null && typeof value === 'object') {
    const [key, below] = Object.entries(value)[0] ?? ['', ''];
    parts.push(key);
    value = below;
  }
  if (typeof value === 'string') parts.push(value);
  return parts.join('.');
}

function standing(
  before: readonly RunningEffect[],
  snapshot: AnyMachineSnapshot,
  actions: readonly SpawnAction[],
  token: number,
  moved: boolean,
): Standing {
  const started: RunningEffect[] = [];
  for (const action of actions) {
    if (action.type !== 'xstate.spawnChild' || !action.params) continue;
    const { id, src, input } = action.params;
    started.push({ id: String(id), src: String(src), input: (input ?? {}) as JsonObject, token });
  }
  const alive = new Set(Object.keys(snapshot.children));
  const startedIds = new Set(started.map((one) => one.id));
  const kept = before.filter((one) => alive.has(one.id) && !startedIds.has(one.id));
  return { snapshot, effects: [...kept, ...started], started, moved };
}

/** Returns the machine as it begins. Pure: the effects it names are not started. */
export function begin(name: MachineName, input: JsonObject): Standing {
  const [snapshot, actions] = initialTransition(machineOf(name), input);
  return standing([], snapshot, actions as readonly SpawnAction[], 0, true);
}

/** Returns the machine after the event. `moved` is false when the state does not know the event. */
export function step(name: MachineName, at: Standing, event: { type: string }, token: number): Standing {
  if (!at.snapshot.can(event)) return { ...at, started: [], moved: false };
  const [snapshot, actions] = transition(machineOf(name), at.snapshot, event);
  return standing(at.effects, snapshot, actions as readonly SpawnAction[], token, true);
}

/** Folds a machine's rows back into its state: what a restart does. */
export function fold(name: MachineName, input: JsonObject, events: readonly { type: string }[]): Standing {
  let at = begin(name, input);
  for (const [index, event] of events.entries()) at = step(name, at, event, index + 1);
  return at;
}
