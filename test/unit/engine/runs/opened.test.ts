import { expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { asCommitId } from '../../../../src/base/ids.ts';
import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { ask, closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, createWorld, homeDir, type World } from '../../../fakes/fake-world.ts';
import { asked, options, submit } from './own-work.ts';

const open = (world: World): Promise<number> => ask(world, 'open.start', { tree: 'ops-maint', options, by: anna });
const opened = (world: World, run: string) => dataOf('slot.opened', world.ledgers.open().latest(`opened:${run}`));
const kept = (world: World, run: string) => dataOf('slot.kept', world.ledgers.open().latest(`kept:${run}`));

it('holds its slot over the end of supervisors, and others wait in line for it', async () => {
  const world = await createWorld();
  for (let n = 0; n < 3; n += 1) await open(world);
  const first = startSupervisor(world);
  await passUntil(world, () => opened(world, 'r1') !== undefined && opened(world, 'r2') !== undefined);
  await first.stop();
  const second = startSupervisor(world);
  await passUntil(world, () => stateOfSubject(world, 'supervisor:2') === 'ready');
  expect(opened(world, 'r3')).toBeUndefined();
  expect([opened(world, 'r1')?.slot, opened(world, 'r2')?.slot]).toEqual(['ops-maint', 'ops-maint@2']);
  expect(opened(world, 'r1')?.port).not.toBe(opened(world, 'r2')?.port);
  await ask(world, 'run.close', { run: 'r1', by: anna });
  await passUntil(world, () => opened(world, 'r3') !== undefined);
  expect(opened(world, 'r3')?.slot).toBe('ops-maint');
  expect(closedAs(world, 'r1')).toBe('done');
  await second.stop();
});

it.each(['run.close', 'run.cancel'] as const)('keeps what lies in it when it is given back by %s', async (kind) => {
  const world = await createWorld();
  await open(world);
  const supervisor = startSupervisor(world);
  await passUntil(world, () => opened(world, 'r1') !== undefined && stateOfSubject(world, 'r1') === 'paused');
  world.files.put(`${homeDir}/trees/ops-maint/ops/mine.yaml`, 'mine\n');
  await ask(world, kind, { run: 'r1', by: anna });
  await passUntil(world, () => closedAs(world, 'r1') !== undefined);
  await supervisor.stop();
  expect(kept(world, 'r1')).toMatchObject({ files: 'refs/orchestrate/opened/r1', commits: null, problem: null });
  const commit = world.store.refs.get('refs/orchestrate/opened/r1') as typeof world.first;
  const tree = await world.store.treeOf(commit);
  expect(await world.store.readFile(tree, 'ops/mine.yaml')).toEqual(Buffer.from('mine\n'));
});

it('does not take a git of the person in it for tampering, and takes one elsewhere for it', async () => {
  const world = await createWorld();
  await open(world);
  const supervisor = startSupervisor(world);
  await passUntil(world, () => stateOfSubject(world, 'r1') === 'paused');
  world.home.items['worktrees/ops-maint/HEAD'] = 'a commit of mine';
  await ask(world, 'run.start', { goal: 'upgrade numpy', options, by: anna });
  await passUntil(world, () => closedAs(world, 'r2') !== undefined);
  expect(closedAs(world, 'r2')).toBe('done');
  world.home.items['worktrees/ops-maint/gitdir'] = 'elsewhere';
  await ask(world, 'open.start', { tree: 'models-integ', options, by: anna });
  await passUntil(world, () => stateOfSubject(world, 'r3') === 'paused');
  await supervisor.stop();
  const moved = dataOf('machine.moved', world.ledgers.open().latest('machine:r3'));
  expect(moved?.event).toMatchObject({ fault: { code: 'TREE_TAMPERED' } });
});

it('is a source that is submitted with the tree of the slot', async () => {
  const world = await createWorld();
  await open(world);
  const supervisor = startSupervisor(world);
  await passUntil(world, () => stateOfSubject(world, 'r1') === 'paused');
  world.files.put(`${homeDir}/trees/ops-maint/ops/mine.yaml`, 'mine\n');
  await submit(world, asked({ kind: 'folder', path: `${homeDir}/trees/ops-maint` }));
  await passUntil(world, () => closedAs(world, 'r2') !== undefined);
  await supervisor.stop();
  expect(closedAs(world, 'r2')).toBe('done');
  expect(await world.files.readText(`${homeDir}/ops/mine.yaml`)).toBe('mine\n');
  expect(stateOfSubject(world, 'r1')).toBe('paused');
});

it('is free again when its commits cannot be taken, and says so', async () => {
  const world = await createWorld();
  await open(world);
  const work = {
    ...world.context.work,
    find: async () => ({
      ...{ kind: 'worktree' as const, name: 'ops-maint', dir: `${homeDir}/trees/ops-maint`, gitDir: '/no/such' },
      ...{ head: asCommitId('d'.repeat(40)), notes: [] },
    }),
  };
  const here: World = { ...world, context: { ...world.context, work } };
  const supervisor = startSupervisor(here);
  await passUntil(here, () => stateOfSubject(here, 'r1') === 'paused');
  await ask(here, 'run.close', { run: 'r1', by: anna });
  await passUntil(here, () => closedAs(here, 'r1') !== undefined);
  await supervisor.stop();
  expect(kept(here, 'r1')).toMatchObject({ commits: null, problem: expect.stringContaining('could not be imported') });
  expect(here.ledgers.open().latest('lease-of:r1')?.kind).toBe('lease.freed');
});

it('is closed at a later look when something kept it from being closed', async () => {
  const world = await createWorld();
  await open(world);
  let nFailed = 0;
  const home = {
    ...world.context.home,
    fingerprint: async (slots: Parameters<typeof world.home.fingerprint>[0]) => {
      if (stateOfSubject(world, 'r1') === 'done' && (nFailed += 1) <= 2) throw new Fault('GIT_FAILED', 'Not now.');
      return world.context.home.fingerprint(slots);
    },
  };
  const here: World = { ...world, context: { ...world.context, home } };
  const supervisor = startSupervisor(here);
  await passUntil(here, () => stateOfSubject(here, 'r1') === 'paused');
  await ask(here, 'run.close', { run: 'r1', by: anna });
  await passUntil(here, () => closedAs(here, 'r1') !== undefined);
  await supervisor.stop();
  expect(nFailed).toBeGreaterThan(2);
});
