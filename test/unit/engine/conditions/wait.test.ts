import { describe, expect, it } from 'vitest';

import { dataOf, row } from '../../../../src/domain/journal/kinds.ts';
import { hasItsConditions } from '../../../../src/engine/conditions/wait.ts';
import { executing } from '../runs/run-scene.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const step = {
  ...{ id: 'a', title: 'a', action: 'env.lock', agent: 'x', needs: [], with: {}, timeoutMs: 1, retries: 0 },
  ...{ waitsFor: ['ops-maint:looked_at'], waitAtMostMs: 2 * hourMs },
};

/** A step that begins to wait, or (`byWall`) of which only the time of the wall clock is on record. */
async function waiting({ byWall = false } = {}) {
  const { life, world } = await executing({ steps: [step] });
  const { clock } = world;
  const look = (): Promise<string> =>
    hasItsConditions(life.engine, { run: 'r1', step }).then(
      () => 'waits',
      ({ code }: { code: string }) => code,
    );
  await look();
  const waits = dataOf('step.waits', life.ledger.latest('waits:r1.a'));
  if (waits === undefined) throw new Error('it does not wait');
  const { due: _, ...old } = waits;
  if (byWall) await life.ledger.append([row('step.waits', old, { run: 'r1', keys: ['waits:r1.a'] })]);
  return { clock, look, set: (ms: number) => clock.setNowMs(clock.nowMs() + ms) };
}

describe('F23: the wall clock is set while a step waits for a condition', () => {
  it.each([0, dayMs, -dayMs, hourMs, -hourMs])('by %s ms: it waits as long as it was to', async (jumpMs) => {
    const { clock, look, set } = await waiting();
    set(jumpMs);
    expect(await look()).toBe('waits');
    await clock.advance(2 * hourMs - 1);
    expect(await look()).toBe('waits');
    await clock.advance(1);
    expect(await look()).toBe('CONDITION_AWAITED');
  });

  it('goes by the wall clock when the machine was started again in between', async () => {
    const { clock, look } = await waiting();
    await clock.advance(hourMs);
    clock.startAgain();
    await clock.advance(hourMs - 1);
    expect(await look()).toBe('waits');
    await clock.advance(1);
    expect(await look()).toBe('CONDITION_AWAITED');
  });

  it('the control: by the wall clock alone a step that just began fails, and one waits a day too long', async () => {
    const ahead = await waiting({ byWall: true });
    expect(await ahead.look()).toBe('waits');
    ahead.set(dayMs);
    expect(await ahead.look()).toBe('CONDITION_AWAITED');
    const back = await waiting({ byWall: true });
    back.set(-dayMs);
    await back.clock.advance(3 * hourMs);
    expect(await back.look()).toBe('waits');
  });
});
