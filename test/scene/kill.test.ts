import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { FaultWorld } from '../support/fault-world.ts';
import { control, type Commit, type Original } from '../support/sweep-cases.ts';
import { tryUntilFired } from '../support/sweep-run.ts';

/**
 * A bounded share of the kill sweep: before the branch moves, and when it has and no row says so yet. `npm run test:faults` has
 * every commit.
 */
const kills = [
  ['after', 'restore.created restore:1'],
  ['before', 'effect.done effect:merge:c1:*:branch'],
] as const;

describe('a supervisor that is killed while it merges', () => {
  let world: FaultWorld;
  let commits: readonly Commit[];
  let original: Original;
  beforeAll(async () => {
    world = await FaultWorld.create();
    const controlled = await control(world, ['merge']);
    commits = controlled.commits.merge;
    original = controlled.original;
  });
  afterAll(async () => world.remove());

  it.each(kills)('is followed by one that finishes the run: killed %s the commit of %s', async (when, name) => {
    const commit = commits.find((one) => one.rows.includes(name));
    if (!commit) throw new Error(`the control run has no ${name}`);
    const { fired, broken } = await tryUntilFired(world, { phase: 'merge', commit, when }, original);
    expect({ fired, broken }).toEqual({ fired: true, broken: [] });
  });
});
