import { describe, expect, it } from 'vitest';

import { budgetsOf } from '../../../../src/engine/spending/limits.ts';
import { by, supervised, upgrade } from '../supervisor/supervised-scene.ts';

const program = { kind: 'program', name: 'agent' } as const;

describe('the budget of a run', () => {
  it('is what was said with the goal, until a person says another one when it goes on', async () => {
    const scene = await supervised();
    await upgrade(scene, { until: 'record', budgetMicroUsd: 2_000_000 });
    await scene.until('r1', 'paused');
    const { config, definitions } = scene.world.context;
    const run = { ledger: scene.world.ledgers.open(), config, definitions };
    const limit = () => budgetsOf(run, { run: 'r1', agent: null }).run.microUsd;
    expect(limit()).toBe(2_000_000);

    expect(await scene.ask('run.resume', { run: 'r1', budgetMicroUsd: 9_000_000, by: program })).toMatchObject({
      kind: 'refused',
    });
    expect(limit()).toBe(2_000_000);
    expect(await scene.ask('run.resume', { run: 'r1', budgetMicroUsd: 8_000_000, by })).toMatchObject({
      kind: 'accepted',
    });
    expect(scene.latest('budget.raised')).toMatchObject({ run: 'r1', microUsd: 8_000_000, by });
    expect(limit()).toBe(8_000_000);
    // Other runs have what is configured, or else the standard.
    expect(budgetsOf(run, { run: 'r2', agent: null }).run.microUsd).toBe(5_000_000);
  });
});
