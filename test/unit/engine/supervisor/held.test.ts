import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { closedAs, passUntil, stateOfSubject } from '../../../fakes/fake-life.ts';
import { homeDir } from '../../../fakes/fake-world.ts';
import { approveChange, by, type Scene, supervised, upgrade } from './supervised-scene.ts';

const full = () => Promise.reject(new Fault('DISK_FULL', 'The disk is full.'));
const lock = ({ world }: Scene) => world.files.readText(`${homeDir}/requirements.lock`);

async function waiting(): Promise<Scene> {
  const scene = await supervised();
  await upgrade(scene);
  await scene.until('c1', 'reviewing.deciding');
  return scene;
}
const reject = (scene: Scene) => {
  const { exact: tree = '', base = '' } = scene.latest('change.gated') ?? {};
  return scene.ask('review.answer', { change: 'c1', tree, base, verdict: 'rejected', comment: null, by });
};

describe('a merge that fails after the branch has moved', () => {
  const held = async (): Promise<Scene & { heal(): void }> => {
    const scene = await waiting();
    const { home } = scene.world;
    const { applyPaths } = home;
    home.applyPaths = full;
    await approveChange(scene, 'c1');
    await scene.until('c1', 'mergeHeld');
    expect(home.head()).not.toBe(scene.world.first);
    return { ...scene, heal: () => void (home.applyPaths = applyPaths) };
  };

  it('cannot be called off or rejected: the branch holds it', async () => {
    const scene = await held();
    expect(await scene.ask('run.cancel', { run: 'r1', by })).toMatchObject({
      kind: 'refused',
      fault: { code: 'RUN_FINISHED' },
    });
    expect(await reject(scene)).toMatchObject({ kind: 'refused', fault: { code: 'CHANGE_NOT_REVIEWABLE' } });
    expect(stateOfSubject(scene.world, 'c1')).toBe('mergeHeld');
    expect(closedAs(scene.world, 'r1')).toBeUndefined();
  });

  it('cannot be called off either when the person has committed on top of it', async () => {
    const scene = await held();
    scene.world.home.commitByHand({ 'docs/mine.md': 'mine\n' });
    expect(await scene.ask('run.cancel', { run: 'r1', by })).toMatchObject({
      kind: 'refused',
      fault: { code: 'RUN_FINISHED' },
    });
  });

  it('is finished by a resume: one commit, and home has the files', async () => {
    const scene = await held();
    scene.heal();
    expect(await scene.ask('run.resume', { run: 'r1', by })).toMatchObject({ kind: 'accepted' });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(closedAs(scene.world, 'r1')).toBe('done');
    expect(scene.world.home.moves.filter(({ ref }) => ref === scene.world.home.branchRef)).toHaveLength(1);
    expect(await lock(scene)).toContain('numpy===2.1.0');
  });
});

describe('a merge that fails before the branch has moved', () => {
  it('can be called off, and nothing has moved', async () => {
    const scene = await waiting();
    const { home } = scene.world;
    const { updateRefs } = home;
    home.updateRefs = (updates) => (updates.some(({ ref }) => ref === home.branchRef) ? full() : updateRefs(updates));
    await approveChange(scene, 'c1');
    await scene.until('c1', 'mergeHeld');
    expect(await scene.ask('run.cancel', { run: 'r1', by })).toMatchObject({ kind: 'accepted' });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(closedAs(scene.world, 'r1')).toBe('cancelled');
    expect(stateOfSubject(scene.world, 'c1')).toBe('abandoned');
    expect(home.head()).toBe(scene.world.first);
    expect(await lock(scene)).toContain('numpy===2.0.0');
    // Its restore point names a commit that the branch never took: it is offered to nobody.
    expect(scene.latest('restore.voided')).toMatchObject({ number: 1, change: 'c1' });
  });

  it('lets no other change merge before it is finished or called off', async () => {
    const scene = await supervised();
    const { home } = scene.world;
    await upgrade(scene);
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    await scene.until('c2', 'reviewing.deciding');
    const { updateRefs } = home;
    home.updateRefs = (updates) => (updates.some(({ ref }) => ref === home.branchRef) ? full() : updateRefs(updates));
    await approveChange(scene, 'c1');
    await scene.until('c1', 'mergeHeld');
    home.updateRefs = updateRefs;
    await approveChange(scene, 'c2');
    await scene.until('c2', 'queued.holding');
    const { run: held = '' } =
      scene.world.ledgers
        .open()
        .read({ kinds: ['change.drafted'] })
        .map((one) => dataOf('change.drafted', one))
        .find((one) => one?.change === 'c1') ?? {};
    expect(scene.latest('change.held')).toMatchObject({
      change: 'c2',
      fault: { code: 'WAITING_FOR_PERSON', hints: [`orchestrate runs resume ${held}`] },
    });
    await scene.world.clock.advance(10_000);
    expect(home.head()).toBe(scene.world.first);
    await scene.ask('run.cancel', { run: held, by });
    await scene.until('c2', 'verified');
    expect(await lock(scene)).toContain('numpy===2.1.0');
  });
});

describe('a merge while home has another branch checked out', () => {
  const elsewhere = ({ world }: Scene): void => {
    world.home.state = {
      kind: 'ready',
      gitDir: `${homeDir}/.git`,
      branchRef: 'refs/heads/mine',
      head: world.first,
      objectFormat: 'sha1',
    };
  };

  it('waits, and goes on when the branch is back', async () => {
    const scene = await waiting();
    elsewhere(scene);
    await approveChange(scene, 'c1');
    await scene.until('c1', 'queued.holding');
    expect(scene.latest('change.held')).toMatchObject({ fault: { code: 'HOME_BRANCH', hints: ['git switch main'] } });
    await scene.world.clock.advance(10_000);
    expect(scene.world.home.moves).toEqual([]);
    scene.world.home.state = undefined;
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'done');
  });

  it('writes no file when that happens after the branch has moved', async () => {
    const scene = await waiting();
    const { home } = scene.world;
    const { updateRefs } = home;
    home.updateRefs = async (updates) => {
      const outcome = await updateRefs(updates);
      if (updates.some(({ ref }) => ref === home.branchRef)) elsewhere(scene);
      return outcome;
    };
    await approveChange(scene, 'c1');
    await scene.until('c1', 'mergeHeld');
    expect(await lock(scene)).toContain('numpy===2.0.0');
    home.state = undefined;
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'done');
    expect(await lock(scene)).toContain('numpy===2.1.0');
  });
});

describe('a switch', () => {
  it('that fails keeps the merge, cannot be called off, and goes on by a resume', async () => {
    const scene = await supervised();
    const { world } = scene;
    await scene.ask('service.start', { by });
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    world.service.enqueue(8188, { prompt_id: 'a' });
    const { writeAtomic } = world.files;
    world.files.writeAtomic = (path, ...rest) => (path.includes('/queues/') ? full() : writeAtomic(path, ...rest));
    await approveChange(scene, 'c1');
    await scene.until('c1', 'switchHeld');
    const merged = world.home.head();
    expect(merged).not.toBe(world.first);
    expect(await scene.ask('run.cancel', { run: 'r1', by })).toMatchObject({
      kind: 'refused',
      fault: { code: 'RUN_FINISHED' },
    });
    world.files.writeAtomic = writeAtomic;
    expect(await scene.ask('run.resume', { run: 'r1', by })).toMatchObject({ kind: 'accepted' });
    await passUntil(world, () => closedAs(world, 'r1') !== undefined);
    expect(closedAs(world, 'r1')).toBe('done');
    expect(world.home.head()).toBe(merged);
  });

  it('is over before the next change merges', async () => {
    const scene = await supervised();
    const { world } = scene;
    await scene.ask('service.start', { by });
    const [old] = world.processes.services;
    await upgrade(scene);
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    await scene.until('c2', 'reviewing.deciding');
    world.service.boot = ({ spec }) =>
      spec.args.includes('8188') && spec.program !== old?.spec.program ? { ends: 'silent' } : {};
    await approveChange(scene, 'c1');
    await scene.until('c1', 'merged');
    const merged = world.home.head();
    await approveChange(scene, 'c2');
    await scene.until('c2', 'queued.asking');
    await world.clock.advance(3_000);
    expect([stateOfSubject(world, 'c1'), stateOfSubject(world, 'c2')]).toEqual(['merged', 'queued.asking']);
    expect(world.home.head()).toBe(merged);
    world.service.boot = () => ({});
    await passUntil(world, () => closedAs(world, 'r1') !== undefined);
    expect(closedAs(world, 'r1')).toBe('done');
    await passUntil(world, () => stateOfSubject(world, 'c2') !== 'queued.asking');
  });
});
