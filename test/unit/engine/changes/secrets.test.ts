import { expect, it } from 'vitest';

import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import type { RequestAnswer } from '../../../../src/domain/requests.ts';
import { ask, type FakeSupervisor, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, createWorld, type World } from '../../../fakes/fake-world.ts';
import { asked, branchWith, submit } from '../runs/own-work.ts';

const token = `ghp_${'a1B2'.repeat(9)}`;

/** A branch with the text in its notes is handed in; a supervisor works until its change stands somewhere. */
async function submitted(
  text: string,
  states: readonly string[],
): Promise<{ world: World; supervisor: FakeSupervisor }> {
  const world = await createWorld();
  branchWith(world, 'work', { 'docs/env-setup/notes.md': text });
  await submit(world, asked({ kind: 'branch', name: 'work' }, { tree: 'env-setup' }), { yes: false });
  const supervisor = startSupervisor(world);
  await passUntil(world, () => states.includes(stateOfSubject(world, 'c1') ?? ''));
  return { world, supervisor };
}

const gated = (world: World) => dataOf('change.gated', world.ledgers.open().latest('gate:c1'));

async function allow(world: World, given: object = {}): Promise<RequestAnswer> {
  const marks = gated(world)?.fault?.data?.['marks'] as string[];
  const data = { change: 'c1', marks, comment: 'the one of the documentation', by: anna, ...given };
  const id = await ask(world, 'secret.allow', data);
  const answer = () => world.ledgers.open().findRequest(id)?.answer as unknown as RequestAnswer | null;
  await passUntil(world, () => answer() !== null);
  return answer() as RequestAnswer;
}

it('a change that brings a token waits, says where it is and not what, and merges nothing', async () => {
  const { world, supervisor } = await submitted(`# Notes\n\n  token: ${token}\n`, ['conflicted']);
  const before = world.home.head();
  expect(gated(world)?.fault).toMatchObject({
    code: 'SECRET_FOUND',
    message: 'c1 would bring a secret to the branch: docs/env-setup/notes.md:3:10 holds a token of GitHub.',
    data: { places: ['docs/env-setup/notes.md:3:10 holds a token of GitHub'] },
  });
  expect(JSON.stringify(world.ledgers.open().read({ limit: 1_000 }))).not.toContain(token);
  expect(world.home.head()).toBe(before);
  await supervisor.stop();
});

it('the same change without it is proven and asked about', async () => {
  const { world, supervisor } = await submitted('# Notes\n\n  token: in the file of the person\n', [
    'reviewing.deciding',
  ]);
  expect(gated(world)?.verdict).toBe('proven');
  await supervisor.stop();
});

it('goes on when a person says why it is none, and only for what was shown', async () => {
  const { world, supervisor } = await submitted(`token: ${token}\n`, ['conflicted']);
  expect(await allow(world, { by: { kind: 'program', name: 'x' } })).toMatchObject({ fault: { code: 'REVIEW_SELF' } });
  expect(await allow(world, { marks: ['another'] })).toMatchObject({ fault: { code: 'CHANGE_MOVED' } });
  expect(stateOfSubject(world, 'c1')).toBe('conflicted');
  expect(await allow(world)).toMatchObject({ kind: 'accepted' });
  await passUntil(world, () => stateOfSubject(world, 'c1') === 'reviewing.deciding');
  expect(gated(world)?.verdict).toBe('proven');
  await supervisor.stop();
});
