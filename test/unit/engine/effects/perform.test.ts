import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import type { JsonObject } from '../../../../src/base/json.ts';
import { createPerformer, type Effect, type Performer } from '../../../../src/engine/effects/perform.ts';
import type { Ledger } from '../../../../src/ports/index.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createMemoryLedgers, type MemoryLedger, type MemoryLedgers } from '../../../fakes/memory-ledger.ts';

const effect: Effect = { key: 'merge:c9:branch', name: 'move the branch', input: { to: 'b' }, run: 'r1' };

interface Scene {
  readonly ledgers: MemoryLedgers;
  readonly ledger: MemoryLedger;
  readonly perform: Performer['perform'];
}

async function open(ledgers: MemoryLedgers = createMemoryLedgers({ clock: createFakeClock() })): Promise<Scene> {
  const ledger = ledgers.open();
  await ledger.acquire();
  return { ledgers, ledger, perform: createPerformer({ ledger, clock: createFakeClock() }).perform };
}

const rows = (ledger: Ledger): readonly string[] => ledger.read().map(({ kind }) => kind);

describe('perform', () => {
  it('does once what two ask for at the same time, and gives both what came of it', async () => {
    const { ledger, perform } = await open();
    let nActs = 0;
    const act = async () => {
      await Promise.resolve();
      return { n: (nActs += 1) };
    };
    expect(await Promise.all([perform(effect, { act }), perform(effect, { act })])).toEqual([{ n: 1 }, { n: 1 }]);
    expect(rows(ledger)).toEqual(['effect.intended', 'effect.done']);
    const failing = async () => Promise.reject(new Fault('DISK_FULL', 'No room.'));
    const other = { ...effect, key: 'merge:c9:home' };
    const both = [perform(other, { act: failing }), perform(other, { act: failing })];
    for (const { status } of await Promise.allSettled(both)) expect(status).toBe('rejected');
    expect(await perform(other, { act })).toEqual({ n: 2 });
  });

  it('writes what it is going to do, does it, writes what came of it', async () => {
    const { ledger, perform } = await open();
    const seen: string[][] = [];
    const act = async () => {
      seen.push([...rows(ledger)]);
      return { commit: 'b' };
    };
    expect(await perform(effect, { act })).toEqual({ commit: 'b' });
    expect(seen).toEqual([['effect.intended']]);
    expect(ledger.read()).toMatchObject([
      {
        kind: 'effect.intended',
        run: 'r1',
        keys: ['effect:merge:c9:branch'],
        data: { name: 'move the branch', input: { to: 'b' } },
      },
      { kind: 'effect.done', run: 'r1', data: { output: { commit: 'b' }, how: 'did', durationMs: 0 } },
    ]);
  });

  it('returns the output on record and does nothing once it is done', async () => {
    const { ledger, perform } = await open();
    await perform(effect, { act: async () => ({ commit: 'b' }) });
    const never = () => Promise.reject(new Error('again'));
    expect(await perform(effect, { look: never, act: never })).toEqual({ commit: 'b' });
    expect(rows(ledger)).toHaveLength(2);
  });

  it('does not look before the first try', async () => {
    const { perform } = await open();
    const look = () => Promise.reject(new Error('looked'));
    expect(await perform(effect, { look, act: async () => ({ n: 1 }) })).toEqual({ n: 1 });
  });

  it('asks the world after an interruption, with the input of the first intent', async () => {
    const first = await open();
    await interrupted(first);
    const { ledger, perform } = await open(first.ledgers);
    const inputs: unknown[] = [];
    const look = async (input: object) => {
      inputs.push(input);
      return { commit: 'found' };
    };
    expect(
      await perform({ ...effect, input: { to: 'another' } }, { look, act: () => Promise.reject(new Error('acted')) }),
    ).toEqual({ commit: 'found' });
    expect(inputs).toEqual([{ to: 'b' }]);
    expect(ledger.read().at(-1)).toMatchObject({ kind: 'effect.done', data: { how: 'found' } });
  });

  it('acts again after an interruption when the world says that it is not done', async () => {
    const first = await open();
    await interrupted(first);
    const { ledger, perform } = await open(first.ledgers);
    const inputs: unknown[] = [];
    const act = async (input: JsonObject): Promise<object> => {
      inputs.push(input);
      return { commit: 'b' };
    };
    await perform({ ...effect, input: { to: 'another' } }, { look: async () => undefined, act });
    expect(inputs).toEqual([{ to: 'b' }]);
    expect(rows(ledger)).toEqual(['effect.intended', 'effect.done']);
    expect(ledger.read().at(-1)?.data).toMatchObject({ how: 'did' });
  });

  it('writes a failure down, throws it, and tries anew when it is called again', async () => {
    const { ledger, perform } = await open();
    const full = new Fault('DISK_FULL', 'The disk is full.');
    await expect(perform(effect, { act: () => Promise.reject(full) })).rejects.toBe(full);
    expect(ledger.read().at(-1)).toMatchObject({ kind: 'effect.failed', data: { fault: { code: 'DISK_FULL' } } });
    expect(await perform({ ...effect, input: { to: 'c' } }, { act: async (input) => input })).toEqual({ to: 'c' });
    expect(rows(ledger)).toEqual(['effect.intended', 'effect.failed', 'effect.intended', 'effect.done']);
  });

  it('writes nothing once a newer supervisor owns the record', async () => {
    const { ledger, perform } = await open();
    const old = new Fault('EPOCH_OLD', 'A newer supervisor has taken over.');
    await expect(perform(effect, { act: () => Promise.reject(old) })).rejects.toBe(old);
    expect(rows(ledger)).toEqual(['effect.intended']);
  });

  it('does not act when its intent cannot be written', async () => {
    const { ledger, perform } = await open();
    await ledger.close();
    await expect(perform(effect, { act: () => Promise.reject(new Error('acted')) })).rejects.toThrow(
      'the ledger is closed',
    );
  });

  it('keeps effects of different keys apart', async () => {
    const { perform } = await open();
    await perform(effect, { act: async () => ({ n: 1 }) });
    expect(await perform({ ...effect, key: 'merge:c9:home' }, { act: async () => ({ n: 2 }) })).toEqual({ n: 2 });
  });
});

describe('an effect that is killed anywhere', () => {
  // The world applies each number once; `look` reads it. The process dies at the n-th step of the world or the ledger.
  it('is done exactly once when its look tells the truth', async () => {
    const anyKills = fc.array(fc.nat(6), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(anyKills, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), async (kills, after) => {
        const ledgers = createMemoryLedgers({ clock: createFakeClock() });
        const world = { nApplied: 0 };
        for (const [index, at] of kills.entries())
          await liveUntil({ ledgers, world, at, killedAfter: after[index] ?? false });
        expect(await liveUntil({ ledgers, world, at: Infinity, killedAfter: false })).toEqual({ n: 7 });
        expect(world.nApplied).toBe(1);
        const reader = ledgers.open();
        expect(reader.read({ kinds: ['effect.done'] })).toHaveLength(1);
        expect(reader.verify().kind).toBe('holds');
      }),
      { numRuns: 150 },
    );
  });

  it('is done at least once without a look', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(6), { maxLength: 3 }), async (kills) => {
        const ledgers = createMemoryLedgers({ clock: createFakeClock() });
        const world = { nApplied: 0 };
        for (const at of kills) await liveUntil({ ledgers, world, at, killedAfter: true, isBlind: true });
        await liveUntil({ ledgers, world, at: Infinity, killedAfter: false, isBlind: true });
        expect(world.nApplied).toBeGreaterThanOrEqual(1);
        expect(world.nApplied).toBeLessThanOrEqual(1 + kills.length);
      }),
      { numRuns: 60 },
    );
  });
});

/** Leaves an intent without an outcome, as a killed process does. */
async function interrupted({ ledger, perform }: Scene): Promise<void> {
  let acted = (): void => {};
  const started = new Promise<void>((resolve) => {
    acted = resolve;
  });
  void perform(effect, {
    act: () => {
      acted();
      return new Promise<object>(() => {});
    },
  });
  await started;
  await ledger.close();
}

interface LifeOptions {
  readonly ledgers: MemoryLedgers;
  readonly world: { nApplied: number };
  readonly at: number;
  readonly killedAfter: boolean;
  readonly isBlind?: boolean;
}

/** Performs the effect in a process that dies before or after its step number `at`. Resolves with the output, or with undefined at death. */
async function liveUntil({
  ledgers,
  world,
  at,
  killedAfter,
  isBlind = false,
}: LifeOptions): Promise<object | undefined> {
  const ledger = ledgers.open();
  await ledger.acquire();
  let nSteps = 0;
  let die = (): void => {};
  const death = new Promise<undefined>((resolve) => {
    die = () => resolve(undefined);
  });
  const alive = async <T>(step: () => T | Promise<T>): Promise<Awaited<T>> => {
    const isLast = nSteps === at;
    nSteps += 1;
    if (isLast && !killedAfter) return dead();
    const result = await step();
    return isLast ? dead() : result;
  };
  const dead = (): Promise<never> => {
    die();
    return new Promise<never>(() => {});
  };
  const mortal = {
    append: (...given: Parameters<Ledger['append']>) => alive(() => ledger.append(...given)),
    latest: (key: string) => ledger.latest(key),
  };
  const { perform } = createPerformer({ ledger: mortal as unknown as Ledger, clock: createFakeClock() });
  const look = async () => alive(() => (world.nApplied > 0 ? { n: 7 } : undefined));
  const act = (): Promise<object> =>
    alive(() => {
      world.nApplied += 1;
      return { n: 7 };
    });
  const output = await Promise.race([perform(effect, isBlind ? { act } : { look, act }), death]);
  await ledger.close();
  return output;
}
