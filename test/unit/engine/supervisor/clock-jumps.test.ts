import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import type { World } from '../../../fakes/fake-world.ts';
import { loadMutant } from '../../../support/mutant-module.ts';
import { approveChange, supervised, upgrade } from './supervised-scene.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const jumps = [
  ['a day ahead', dayMs],
  ['a day back', -dayMs],
  ['an hour ahead, as where summer time is written into the clock', hourMs],
  ['an hour back', -hourMs],
] as const;

const jump = ({ clock }: World, ms: number): void => clock.setNowMs(clock.nowMs() + ms);

/** Upgrades from start to end while the wall clock is set, in the build and while the person is asked. Returns how long it took. */
async function upgradeThrough(jumpMs: number): Promise<{ tookMs: number; state: string | undefined; nEpochs: number }> {
  const scene = await supervised(undefined, (made) => {
    const build = made.python.build.bind(made.python);
    const takesTime: typeof build = async (request) => {
      await made.clock.sleep(5_000);
      return build(request);
    };
    Object.assign(made.python, { build: takesTime });
  });
  const { world } = scene;
  const startedMs = world.clock.monotonicMs();
  await upgrade(scene);
  await scene.until('r1.build', 'executing');
  jump(world, jumpMs);
  await scene.until('c1', 'reviewing.deciding');
  jump(world, jumpMs);
  await approveChange(scene, 'c1');
  await passUntil(world, () => closedAs(world, 'r1') !== undefined);
  const nEpochs = world.ledgers.open().read({ kinds: ['supervisor.started'] }).length;
  return { tookMs: world.clock.monotonicMs() - startedMs, state: closedAs(world, 'r1'), nEpochs };
}

const partFiles = [
  'src/base/fault.ts',
  'test/fakes/fake-life.ts',
  'test/unit/engine/supervisor/supervised-scene.ts',
] as const;
const parts = { Fault, startSupervisor, stateOfSubject, passUntil, supervised, upgrade };
type Parts = typeof parts;

/** The supervisor dies while a retry waits, the clock is set, the next one comes. Returns whether the step is tried again within ten seconds. */
async function goesOnAfter(
  { Fault, startSupervisor, stateOfSubject, passUntil, supervised, upgrade }: Parts,
  jumpMs: number,
): Promise<boolean> {
  const scene = await supervised(undefined, (world) => {
    const build = world.python.build.bind(world.python);
    let nTries = 0;
    const failsOnce: typeof build = async (request) => {
      nTries += 1;
      if (nTries === 1) throw new Fault('PROCESS_TIMEOUT', 'pip did not end in time.');
      return build(request);
    };
    Object.assign(world.python, { build: failsOnce });
  });
  const { world } = scene;
  await upgrade(scene);
  await scene.until('r1.build', 'retrying');
  await scene.supervisor.kill();
  jump(world, jumpMs);
  const next = startSupervisor(world);
  const isTried = await passUntil(
    world,
    () => !['retrying', undefined].includes(stateOfSubject(world, 'r1.build')),
    10,
  ).then(
    () => true,
    () => false,
  );
  if (isTried) await passUntil(world, () => stateOfSubject(world, 'c1') === 'reviewing.deciding');
  await next.kill();
  return isTried;
}

describe('F23: the wall clock is set', () => {
  it.each(jumps)('%s: a run takes as long as without, and its supervisor stays', async (_, jumpMs) => {
    const usual = await upgradeThrough(0);
    const { tookMs, state, nEpochs } = await upgradeThrough(jumpMs);
    expect({ state, nEpochs }).toEqual({ state: 'done', nEpochs: 1 });
    expect(Math.abs(tookMs - usual.tookMs)).toBeLessThan(2_000);
  });

  it.each(jumps)('%s, while nobody looks: a retry waits no longer than it was to', async (_, jumpMs) => {
    expect(await goesOnAfter(parts, jumpMs)).toBe(true);
  });

  it('a day back: whoever trusts the time of the row waits for a day', async () => {
    const trusting = await loadMutant<Parts>(partFiles, [
      {
        file: 'engine/tasks/effects.ts',
        find: 'Math.min(leftMs, backoffMs(attemptNumber(engine, subject)))',
        replace: 'leftMs',
      },
    ]);
    expect(await goesOnAfter(trusting, -dayMs)).toBe(false);
  });
});
