import { expect, it } from 'vitest';

import { passUntil, startSupervisor } from '../../../fakes/fake-life.ts';
import { createWorld } from '../../../fakes/fake-world.ts';

it('F28: of fifty supervisors after each other each leaves as many rows as the first, and no timer', async () => {
  const world = await createWorld();
  const perLife: { readonly nRows: number; readonly nSleepers: number }[] = [];
  for (let n = 0; n < 50; n += 1) {
    const before = world.ledgers.open().head().seq;
    const supervisor = startSupervisor(world);
    await passUntil(
      world,
      () => world.ledgers.open().read({ afterSeq: before, kinds: ['supervisor.reconciled'] }).length > 0,
    );
    if (n % 2 === 0) await supervisor.stop();
    else await supervisor.kill();
    await world.clock.advance(60_000);
    perLife.push({ nRows: world.ledgers.open().head().seq - before, nSleepers: world.clock.nSleepers });
  }
  const [stopped, killed] = [0, 1].map((parity) => perLife.filter((_, at) => at > 1 && at % 2 === parity));
  for (const lives of [stopped ?? [], killed ?? []]) {
    expect(new Set(lives.map(({ nRows }) => nRows)).size).toBe(1);
    expect(lives.at(-1)?.nSleepers).toBeLessThanOrEqual(lives[0]?.nSleepers ?? 0);
  }
});
