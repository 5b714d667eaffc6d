import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type AnyMachineSnapshot, type AnyStateMachine, getNextSnapshot } from 'xstate';
import { getShortestPaths } from 'xstate/graph';

import type { FaultCode, FaultRecord } from '../../../../src/base/fault.ts';
import { Fault } from '../../../../src/base/fault.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import { effectDone, effectFailed } from '../../../../src/domain/machines/effect.ts';
import { type MachineName, machines } from '../../../../src/domain/machines/index.ts';
import { begin, fold, type Standing, stateName, step } from '../../../../src/engine/machines/fold.ts';

export interface MachineEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface MachineLaws {
  readonly name: MachineName;
  readonly input: JsonObject;
  /** Every event from outside, with every report of every effect. */
  readonly events: readonly MachineEvent[];
  /** Every state, and the effects that it waits for. */
  readonly states: Readonly<Record<string, readonly string[]>>;
  /** States that only a person, another machine or time leads out of. */
  readonly waiting: readonly string[];
}

const atMs = 1_767_225_600_000;

export const faultRecordOf = (code: FaultCode = 'INTERNAL_BUG'): FaultRecord =>
  new Fault(code, `${code} happened.`).toRecord();
export const done = (effect: string, output: unknown = {}): MachineEvent => effectDone(effect, output, atMs);
export const failed = (effect: string, code: FaultCode = 'INTERNAL_BUG'): MachineEvent =>
  effectFailed(effect, faultRecordOf(code), atMs);

const effectsOf = (at: Standing): readonly string[] => at.effects.map((one) => one.id);

/** What can be seen of a machine: its state, its context, and the effects that run, with their inputs. */
const seen = ({ snapshot, effects }: Standing): object => ({
  state: stateName(snapshot),
  status: snapshot.status,
  context: snapshot.context,
  effects: effects.map(({ id, src, input }) => ({ id, src, input })),
});

/** The journal keeps events as JSON. */
const throughJson = (events: readonly MachineEvent[]): readonly MachineEvent[] =>
  JSON.parse(JSON.stringify(events)) as MachineEvent[];

/** Every state is reached, every wait has an end, no state loses what it waited for when it is folded from its rows. */
export function holdMachineLaws({ name, input, events, states, waiting }: MachineLaws): void {
  const machine = machines[name] as AnyStateMachine;
  const paths = getShortestPaths(machine, {
    input,
    events,
    // What was remembered is not part of where it is; counters would make this endless.
    serializeState: (snapshot: AnyMachineSnapshot) => JSON.stringify(snapshot.value),
    serializeEvent: (event: MachineEvent) => JSON.stringify(event),
  } as unknown as Parameters<typeof getShortestPaths>[1]);
  const byState = new Map<string, MachineEvent[]>();
  for (const path of paths) {
    const way = (path.steps as readonly { event: MachineEvent }[])
      .map((one) => one.event)
      .filter((event) => event.type !== 'xstate.init');
    byState.set(stateName(path.state as AnyMachineSnapshot), way);
  }
  const foldTo = (state: string): Standing => fold(name, input, byState.get(state) ?? []);

  it('reaches every state, and has no other', () => {
    expect([...byState.keys()].sort()).toEqual(Object.keys(states).sort());
  });

  it('tags exactly the states that wait for somebody else', () => {
    const tagged = [...byState.keys()].filter((state) => foldTo(state).snapshot.hasTag('waiting'));
    expect(tagged.sort()).toEqual([...waiting].sort());
  });

  it('has a way out of every state that is no end', () => {
    for (const state of byState.keys()) {
      const at = foldTo(state);
      if (at.snapshot.status === 'done') continue;
      const ways = events.filter((event) => stateName(step(name, at, event, 99).snapshot) !== state);
      expect(ways, `in ${state}`).not.toEqual([]);
    }
  });

  it('leads from every state to an end, or back to where it began', () => {
    const next = new Map<string, readonly string[]>();
    for (const state of byState.keys()) {
      const at = foldTo(state);
      next.set(state, [...new Set(events.map((event) => stateName(step(name, at, event, 99).snapshot)))]);
    }
    const isEnd = (state: string): boolean =>
      foldTo(state).snapshot.status === 'done' || byState.get(state)?.length === 0;
    for (const state of byState.keys()) {
      const reached = new Set([state]);
      for (const one of reached) for (const other of next.get(one) ?? []) reached.add(other);
      expect([...reached].some(isEnd), `from ${state}`).toBe(true);
    }
  });

  it('has no timers: a restored one would never fire', () => {
    const text = JSON.stringify(machine.definition);
    expect(text).not.toMatch(/xstate\.after|"delay":"?\d/);
    for (const state of byState.keys()) {
      const after = foldTo(state).snapshot._nodes.flatMap((node) => node.after);
      expect(after, `in ${state}`).toEqual([]);
    }
  });

  it.each(Object.entries(states))('names the effects that %s waits for', (state, effects) => {
    expect(effectsOf(foldTo(state))).toEqual(effects);
  });

  it.each(Object.keys(states))('is not changed in %s by an event that the state does not know', (state) => {
    const at = foldTo(state);
    for (const event of [...events, { type: 'NO_SUCH_EVENT' }]) {
      if (at.snapshot.can(event)) continue;
      const after = step(name, at, event, 99);
      expect(after.moved, `after ${event.type}`).toBe(false);
      expect(after.started, `after ${event.type}`).toEqual([]);
      expect(seen(after), `after ${event.type}`).toEqual(seen(at));
    }
  });

  it.each(Object.keys(states))('is folded from its rows into %s with the same context and running effects', (state) => {
    const way = byState.get(state) ?? [];
    let live = begin(name, input);
    for (const [index, event] of way.entries()) live = step(name, live, event, index + 1);
    const restored = fold(name, JSON.parse(JSON.stringify(input)) as JsonObject, throughJson(way));
    expect(seen(restored)).toEqual(seen(live));
    expect(restored.effects.map((one) => one.token)).toEqual(live.effects.map((one) => one.token));
  });

  it('agrees with XState itself about every step of every way', () => {
    for (const way of byState.values()) {
      let [snapshot, at] = [begin(name, input).snapshot, begin(name, input)];
      for (const event of way) {
        snapshot = getNextSnapshot(machine, snapshot, event as never) as AnyMachineSnapshot;
        at = step(name, at, event, 1);
        expect(stateName(at.snapshot)).toBe(stateName(snapshot));
        expect(at.snapshot.context).toEqual(snapshot.context);
      }
    }
  });

  it('comes to the same after any events, whenever it was folded anew', () => {
    const anyEvents = fc.array(fc.constantFrom(...events), { maxLength: 25 });
    fc.assert(
      fc.property(anyEvents, fc.nat(30), (given, cut) => {
        const moved: MachineEvent[] = [];
        let straight = begin(name, input);
        let broken = begin(name, input);
        for (const [index, event] of given.entries()) {
          // Only what moved becomes a `machine.moved` row.
          if (index === cut) broken = fold(name, input, throughJson(moved));
          straight = step(name, straight, event, moved.length + 1);
          broken = step(name, broken, event, moved.length + 1);
          if (straight.moved) moved.push(event);
        }
        expect(seen(broken)).toEqual(seen(straight));
        expect(broken.effects.map((one) => one.token)).toEqual(straight.effects.map((one) => one.token));
        expect(seen(fold(name, input, throughJson(moved)))).toEqual(seen(straight));
      }),
      { numRuns: 60 },
    );
  });

  it('waits for an effect exactly while its state names it', () => {
    const anyEvents = fc.array(fc.constantFrom(...events), { maxLength: 25 });
    fc.assert(
      fc.property(anyEvents, (given) => {
        let at = begin(name, input);
        for (const [index, event] of given.entries()) {
          at = step(name, at, event, index + 1);
          expect(effectsOf(at)).toEqual(states[stateName(at.snapshot)]);
        }
      }),
      { numRuns: 40 },
    );
  });
}
