import { describe, expect, it } from 'vitest';

import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import type { RequestAnswer } from '../../../../src/domain/requests.ts';
import { ask, closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, createWorld, type World } from '../../../fakes/fake-world.ts';

const options = { previewOnly: false, yes: false, until: null, playbook: null };
const goal = 'upgrade numpy';
const answerOf = (world: World, id: number) => world.ledgers.open().findRequest(id)?.answer as unknown as RequestAnswer | null;

/** Asks for an upgrade that needs no further answer and lets it come to its end. */
async function upgradeDone(world: World): Promise<void> {
  const supervisor = startSupervisor(world);
  await ask(world, 'run.start', { goal, options: { ...options, yes: true }, by: anna });
  await passUntil(world, () => closedAs(world, 'r1') !== undefined);
  await supervisor.stop();
}

describe('a supervised run', () => {
  it('plans, proves, merges with a restore point, and closes', async () => {
    const world = await createWorld();
    await upgradeDone(world);
    expect(closedAs(world, 'r1')).toBe('done');
    expect(world.home.moves.map(({ ref }) => ref)).toEqual(['refs/tags/restore/0001-upgrade-numpy-2-0-0-2-1-0', 'refs/heads/main']);
    expect(await world.files.readText('/home/anna/comfy-home/requirements.lock')).toContain('numpy===2.1.0');
    expect(world.ledgers.open().verify().kind).toBe('holds');
  });
});
