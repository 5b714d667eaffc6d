import { describe, expect, it } from 'vitest';

import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { ask, closedAs, type Death, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, createWorld, homeDir, type World } from '../../../fakes/fake-world.ts';
import { asked, branchWith, submit } from '../runs/own-work.ts';

const stricter = `principals:
  - { name: anna, os-users: [anna] }
  - { name: ben, os-users: [ben] }
policy:
  review: [{ when: {}, persons: 2, why: four eyes }]
`;
const configOf = (world: World) => world.files.readText(`${homeDir}/orchestrate.yaml`);

/** The branch `mine` edits the policy itself, and a person has approved it: all that is left is to merge it. */
async function approved(): Promise<World> {
  const world = await createWorld();
  branchWith(world, 'mine', { 'orchestrate.yaml': `${await configOf(world)}${stricter}`, 'ops/why.md': 'why\n' });
  await submit(world, asked({ kind: 'branch', name: 'mine' }, { tree: 'ops-maint' }));
  const supervisor = startSupervisor(world, undefined, { readsHome: true });
  await passUntil(world, () => stateOfSubject(world, 'c1') === 'reviewing.deciding');
  await supervisor.stop();
  const gated = dataOf('change.gated', world.ledgers.open().latest('gate:c1'));
  const { exact: tree = '', base = '' } = gated ?? {};
  await ask(world, 'review.answer', { change: 'c1', tree, base, verdict: 'approved', comment: null, by: anna });
  return world;
}

const isOver = (world: World) => closedAs(world, 'r1') !== undefined || stateOfSubject(world, 'c1') === 'mergeHeld';

async function carriedOut(deaths: readonly Death[]): Promise<{ world: World; nSteps: number }> {
  const world = await approved();
  for (const death of deaths) {
    const mortal = startSupervisor(world, death, { readsHome: true });
    await passUntil(world, () => mortal.isDead || isOver(world));
    await mortal.kill();
  }
  const supervisor = startSupervisor(world, undefined, { readsHome: true });
  await passUntil(world, () => isOver(world));
  const { nSteps } = supervisor;
  await supervisor.stop();
  return { world, nSteps };
}

const outcome = async (world: World) => {
  const head = world.home.head();
  return {
    run: closedAs(world, 'r1'),
    hasPolicy: (await configOf(world))?.includes('four eyes'),
    message: world.store.objects.facts(head).message,
    nBranchMoves: world.home.moves.filter(({ ref }) => ref === world.home.branchRef).length,
    dirty: await world.home.dirtyPaths(head),
  };
};

describe('a change that edits the policy', () => {
  const straight = carriedOut([]);

  it('merges, and names who approved it', async () => {
    const { world } = await straight;
    expect(await outcome(world)).toMatchObject({
      ...{ run: 'done', hasPolicy: true, nBranchMoves: 1, dirty: [] },
      message: expect.stringContaining('Reviewed-by: anna (person)') as string,
    });
  });

  it('is finished under the policy that it brought, wherever it is killed', async () => {
    const { world, nSteps } = await straight;
    const expected = await outcome(world);
    // The merge is in the later half.
    for (let step = Math.floor(nSteps / 2); step < nSteps; step += 1) {
      const when = step % 2 === 0 ? 'before' : 'after';
      const { world: other } = await carriedOut([{ step, when }]);
      expect(await outcome(other), `killed ${when} step ${step} of ${nSteps}`).toEqual(expected);
    }
  });
});
