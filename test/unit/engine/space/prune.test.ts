import { beforeAll, describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import type { RequestAnswer } from '../../../../src/domain/requests.ts';
import type { EngineContext } from '../../../../src/engine/context.ts';
import { planPrune } from '../../../../src/engine/space/plan-prune.ts';
import { ask, closedAs, type Death, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, createWorld, homeDir, type World } from '../../../fakes/fake-world.ts';

const options = { previewOnly: false, yes: true, until: null, playbook: null, inputs: {} };
const envs = `${homeDir}/.orchestrate/envs`;
const keepOne = 'policy: { keep: { last: 1, younger-than: 0s } }\n';

/** An installation that was upgraded and brought back: the environment between is one that only restore point 1 names. */
async function upgradedAndUndone(config = keepOne): Promise<World> {
  const world = await createWorld({ config });
  const supervisor = startSupervisor(world);
  await ask(world, 'run.start', { goal: 'upgrade numpy', options, by: anna });
  await passUntil(world, () => closedAs(world, 'r1') !== undefined);
  await ask(world, 'restore.start', { kind: 'undo', to: null, options, by: anna });
  await passUntil(world, () => closedAs(world, 'r2') !== undefined);
  expect([closedAs(world, 'r1'), closedAs(world, 'r2')]).toEqual(['done', 'done']);
  await supervisor.stop();
  return world;
}

const contextOf = (world: World): EngineContext => ({ ...world.context, ledger: world.ledgers.open() });
const preview = (world: World, wheels = false) => planPrune(contextOf(world), { wheels });
const environmentOf = (world: World, number: number): string =>
  dataOf('restore.created', world.ledgers.open().latest(`restore:${number}`))?.manifest.environment ?? '';

async function prune(world: World, hash: string, wheels = false): Promise<RequestAnswer> {
  const supervisor = startSupervisor(world);
  const id = await ask(world, 'space.prune', { hash, wheels, by: anna });
  const answer = () => world.ledgers.open().findRequest(id)?.answer as unknown as RequestAnswer | null | undefined;
  await passUntil(world, () => answer() !== null);
  await supervisor.stop();
  return answer() as RequestAnswer;
}

describe('pruning', () => {
  it('takes away the environment that the rule lets go; undo leads back to it from kept wheels, without an index', async () => {
    const world = await upgradedAndUndone();
    const { plan, hash, kept } = await preview(world);
    const gone = environmentOf(world, 1);
    expect(plan.evictions).toEqual([
      { environment: gone, sizeBytes: 3_000, points: ['0001-upgrade-numpy-2-0-0-2-1-0'], to: 'offline' },
    ]);
    expect(kept.map(({ why }) => why)).toEqual(['the branch is there']);
    const before = (await world.python.recorded(`${envs}/${gone}`))?.manifestDigest;
    expect(await prune(world, hash)).toMatchObject({ kind: 'accepted' });
    expect(await world.files.list(envs)).toEqual([environmentOf(world, 0)]);
    expect(await world.files.list(`${homeDir}/.orchestrate/trash`)).toEqual([]);

    world.python.built.length = 0;
    const supervisor = startSupervisor(world);
    await ask(world, 'restore.start', { kind: 'undo', to: null, options, by: anna });
    await passUntil(world, () => closedAs(world, 'r3') !== undefined);
    await supervisor.stop();
    expect(closedAs(world, 'r3')).toBe('done');
    expect(world.python.built.map(({ dir, index }) => [dir, index])).toEqual([[`${envs}/${gone}`, undefined]]);
    expect((await world.python.recorded(`${envs}/${gone}`))?.manifestDigest).toBe(before);
  });

  it('takes away nothing when the plan is another one than the one that was seen', async () => {
    const world = await upgradedAndUndone();
    expect(await prune(world, 'f'.repeat(64))).toMatchObject({ kind: 'refused', fault: { code: 'CHANGE_MOVED' } });
    expect(await world.files.list(envs)).toHaveLength(2);
  });

  it('takes away nothing of what a pinned restore point needs, until it is let go', async () => {
    const world = await upgradedAndUndone();
    const supervisor = startSupervisor(world);
    const pin = async (number: number, isPinned: boolean): Promise<RequestAnswer> => {
      const id = await ask(world, 'restore.pin', { number, isPinned, reason: 'mine', by: anna });
      await passUntil(world, () => world.ledgers.open().findRequest(id)?.answer !== null);
      return world.ledgers.open().findRequest(id)?.answer as unknown as RequestAnswer;
    };
    expect(await pin(1, true)).toMatchObject({ kind: 'accepted' });
    expect((await preview(world)).plan.evictions).toEqual([]);
    expect(await pin(1, true)).toMatchObject({ kind: 'refused', fault: { code: 'NOTHING_TO_DO' } });
    expect(await pin(99, true)).toMatchObject({ kind: 'refused', fault: { code: 'RESTORE_NOT_FOUND' } });
    expect(await pin(1, false)).toMatchObject({ kind: 'accepted' });
    expect((await preview(world)).plan.evictions).toHaveLength(1);
    await supervisor.stop();
  });

  it('cannot pin what is borrowed: it is not ours to keep', async () => {
    const world = await createWorld({ borrowed: '/opt/ComfyUI/venv/bin/python' });
    const supervisor = startSupervisor(world);
    const id = await ask(world, 'restore.pin', { number: 0, isPinned: true, reason: null, by: anna });
    await passUntil(world, () => world.ledgers.open().findRequest(id)?.answer !== null);
    expect(world.ledgers.open().findRequest(id)?.answer).toMatchObject({
      kind: 'refused',
      fault: { code: 'NOTHING_TO_DO', message: expect.stringContaining('not ours to keep') },
    });
    expect(world.ledgers.open().latest('pin:0')).toBeUndefined();
    await supervisor.stop();
  });

  it('takes away nothing that an open run leads to', async () => {
    const world = await upgradedAndUndone();
    const { hash } = await preview(world);
    const supervisor = startSupervisor(world);
    const waiting = { ...options, yes: false };
    await ask(world, 'run.start', { goal: 'upgrade numpy', options: waiting, by: anna });
    await passUntil(world, () => stateOfSubject(world, 'c3') === 'reviewing.deciding');
    const now = await preview(world);
    expect(now.plan.evictions).toEqual([]);
    expect(now.kept.map(({ why }) => why)).toContain('r3 is open and leads there');
    await supervisor.stop();
    expect(await prune(world, hash)).toMatchObject({ kind: 'refused', fault: { code: 'CHANGE_MOVED' } });
    expect(await world.files.list(envs)).toHaveLength(2);
  });

  it('keeps an environment that somebody changed: that may be wanted', async () => {
    const world = await upgradedAndUndone();
    world.python.drift(`${envs}/${environmentOf(world, 1)}`, 'lib/mine.py');
    const { plan, kept } = await preview(world);
    expect(plan.evictions).toEqual([]);
    expect(kept.map(({ why }) => why)).toContain('a file of it was changed since it was built');
  });

  it('stops before anything goes when a kept wheel is not what its folder says', async () => {
    const world = await upgradedAndUndone();
    const { hash } = await preview(world);
    const wheels = `${homeDir}/.orchestrate/wheels`;
    for (const folder of await world.files.list(wheels))
      for (const name of await world.files.list(`${wheels}/${folder}`))
        if (name.startsWith('numpy-2.1.0')) world.files.put(`${wheels}/${folder}/${name}`, 'something else');
    expect(await prune(world, hash)).toMatchObject({ kind: 'refused', fault: { code: 'WHEEL_HASH_MISMATCH' } });
    expect(await world.files.list(envs)).toHaveLength(2);
  });

  it('never takes a wheel that a borrowed lock stands for by name and version alone', async () => {
    const world = await createWorld({ config: keepOne, borrowed: '/opt/ComfyUI/venv/bin/python' });
    const wheels = `${homeDir}/.orchestrate/wheels`;
    const [own, stray] = ['a'.repeat(64), 'b'.repeat(64)] as const;
    world.files.put(`${wheels}/${own}/numpy-2.0.0-cp312-cp312-linux_x86_64.whl`, 'built here');
    world.files.put(`${wheels}/${stray}/numpy-1.0.0-py3-none-any.whl`, 'nobody asks for it');
    expect((await preview(world, true)).plan.wheels.map(({ sha256 }) => sha256)).toEqual([stray]);
  });

  it('keeps what was made with a Python that is gone, and does not stumble over it', async () => {
    const world = await upgradedAndUndone();
    const context = contextOf(world);
    const probe: typeof world.python.probe = async ({ program }) => {
      if (program !== undefined) throw new Fault('PYTHON_MISSING', `No Python was found at ${program}.`);
      return { ...(await world.python.probe({ toolsDir: '' })), abi: 'cp399' };
    };
    const without = { ...context, outside: { ...context.outside, python: { ...world.python, probe } } };
    const { plan, kept } = await planPrune(without, { wheels: false });
    expect(plan.evictions).toEqual([]);
    expect(kept.map(({ why }) => why).toSorted()).toEqual([
      'it was made with a Python that is not here',
      'the branch is there',
    ]);
  });

  it('never takes the wheels that undo needs, also when wheels may go', async () => {
    const world = await upgradedAndUndone();
    expect((await preview(world, true)).plan.wheels).toEqual([]);
  });
});

describe('pruning, killed anywhere', () => {
  let nSteps = 0;
  const undisturbed = async (world: World, death?: Death) => {
    const { hash } = await preview(world);
    const first = startSupervisor(world, death);
    const id = await ask(world, 'space.prune', { hash, wheels: false, by: anna });
    const answered = () => world.ledgers.open().findRequest(id)?.answer !== null;
    await passUntil(world, () => first.isDead || answered());
    await passUntil(world, () => first.isDead || death === undefined || answered());
    nSteps = Math.max(nSteps, first.nSteps);
    if (!first.isDead) await first.stop();
    const second = startSupervisor(world);
    await passUntil(world, answered);
    await second.stop();
    return {
      envs: await world.files.list(envs),
      trash: await world.files.list(`${homeDir}/.orchestrate/trash`),
      nRows: world.ledgers.open().read({ kinds: ['space.pruned'], limit: 10 }).length,
      answer: world.ledgers.open().findRequest(id)?.answer?.['kind'],
      chain: world.ledgers.open().verify().kind,
    };
  };
  let expected: object;
  beforeAll(async () => {
    expected = await undisturbed(await upgradedAndUndone());
  });

  it.each(['before', 'after'] as const)(
    'is finished by the next supervisor, wherever it died: %s a step',
    async (when) => {
      expect(nSteps).toBeGreaterThan(20);
      for (let step = when === 'before' ? 0 : 2; step < nSteps; step += 4)
        expect(await undisturbed(await upgradedAndUndone(), { step, when }), `died ${when} step ${step}`).toEqual(
          expected,
        );
    },
  );
});
