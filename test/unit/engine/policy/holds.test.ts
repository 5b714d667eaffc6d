import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { asCommitId } from '../../../../src/base/ids.ts';
import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { configText, homeDir, type World } from '../../../fakes/fake-world.ts';
import { asked, branchWith, submit, withRemote } from '../runs/own-work.ts';
import { approveChange, by, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

const lock = `${homeDir}/requirements.lock`;
const at = (world: World, day: number, hour: number, minute = 0): void =>
  world.clock.setNowMs(Date.UTC(2026, 0, day, hour, minute));
const heldOf = (world: World, change = 'c1') =>
  dataOf('change.held', world.ledgers.open().latest(`held:${change}`))?.fault;
const untilHeld = (world: World, code: string, change = 'c1') =>
  passUntil(world, () => stateOfSubject(world, change) === 'queued.holding' && heldOf(world, change)?.code === code);

async function approveFor(scene: Scene, change: string, when: 'now' | 'window') {
  const gated = dataOf('change.gated', scene.world.ledgers.open().latest(`gate:${change}`));
  const { exact: tree = '', base = '' } = gated ?? {};
  return scene.ask('review.answer', { change, tree, base, verdict: 'approved', comment: null, when, by });
}

async function tonight(config = ''): Promise<Scene> {
  const scene = await supervised({ config });
  await upgrade(scene);
  await scene.until('c1', 'reviewing.deciding');
  await approveFor(scene, 'c1', 'window');
  await untilHeld(scene.world, 'WINDOW_SHUT');
  return scene;
}

describe('a hold that is told', () => {
  it('names the edits once the window is open, and the next window once it is shut again', async () => {
    const { world } = await tonight();
    const clean = (await world.files.readText(lock)) ?? '';
    world.files.put(lock, 'mine\n');
    at(world, 1, 3);
    await untilHeld(world, 'HOME_DIRTY');
    expect(heldOf(world)?.state).toContain('while the window is open');
    at(world, 1, 9);
    await untilHeld(world, 'WINDOW_SHUT');
    expect(heldOf(world)?.message).toContain('Fri 2026-01-02 03:00 UTC');
    world.files.put(lock, clean);
    await world.clock.advance(10_000);
    expect(world.home.head()).toBe(world.first);
    at(world, 2, 3);
    await passUntil(world, () => closedAs(world, 'r1') === 'done');
  });

  it('keeps the supervisor for the window though edits are in the way', async () => {
    const scene = await tonight();
    const { world } = scene;
    world.files.put(lock, 'mine\n');
    at(world, 1, 3);
    await untilHeld(world, 'HOME_DIRTY');
    await scene.supervisor.stop();
    startSupervisor(world, undefined, { idleSeconds: 1 });
    await world.clock.advance(20_000);
    expect(world.ledgers.open().read({ kinds: ['supervisor.stopped'] })).toHaveLength(1);
  });

  it('names a freeze that was added while it waited for a window', async () => {
    const scene = await tonight();
    const entry = { kind: 'freeze', from: '2026-01-01', to: '2026-01-04', zone: 'UTC' } as const;
    await scene.ask('window.add', { entry, reason: 'holidays', by });
    await untilHeld(scene.world, 'MERGE_FROZEN');
    expect(heldOf(scene.world)?.message).toContain('holidays');
  });

  it('is written once while nothing changes', async () => {
    const { world } = await tonight();
    await world.clock.advance(60_000);
    expect(world.ledgers.open().read({ kinds: ['change.held'] })).toHaveLength(1);
  });

  it('gives way to the question again when the policy moves, in a freeze as well', async () => {
    const frozen = 'policy: { freezes: [{ from: 2025-12-20, to: 2026-01-04, reason: holidays }] }\n';
    const scene = await supervised({ config: frozen });
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    await approveFor(scene, 'c1', 'now');
    await untilHeld(scene.world, 'MERGE_FROZEN');
    const text = configText(frozen.replace('freezes', 'review: [{ when: {}, comment: true }], freezes'));
    Object.assign(scene.world.context, {
      config: parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' }),
    });
    // Settings are read before each request, whatever it is about.
    await scene.ask('run.resume', { run: 'r9', by });
    await scene.until('c1', 'reviewing.deciding');
    expect(scene.world.home.head()).toBe(scene.world.first);
  });
});

describe('a held change that cannot be looked at', () => {
  it('says that the branch is gone, and waits for its window again when it is back', async () => {
    const { world } = await tonight();
    const { home } = world;
    home.refs.delete(home.branchRef);
    home.refs.set('refs/heads/mine', world.first);
    const gitDir = `${homeDir}/.git`;
    const head = asCommitId('0'.repeat(40));
    home.state = { kind: 'ready', gitDir, branchRef: 'refs/heads/mine', head, objectFormat: 'sha1' };
    await untilHeld(world, 'HOME_BRANCH');
    expect(heldOf(world)?.hints).toContain(`git branch main ${world.first}`);
    home.refs.set(home.branchRef, world.first);
    home.state = undefined;
    await untilHeld(world, 'WINDOW_SHUT');
  });

  it('stops no other one, and says why', async () => {
    const scene = await supervised();
    const { world } = scene;
    await upgrade(scene);
    await upgrade(scene);
    for (const change of ['c1', 'c2']) await scene.until(change, 'reviewing.deciding');
    const clean = (await world.files.readText(lock)) ?? '';
    world.files.put(lock, 'mine\n');
    await approveChange(scene, 'c1');
    await untilHeld(world, 'HOME_DIRTY', 'c1');
    await approveChange(scene, 'c2');
    await untilHeld(world, 'HOME_DIRTY', 'c2');
    const slot = dataOf('lease.taken', world.ledgers.open().latest('lease-of:r1'))?.slot ?? '?';
    const ofFirst = dataOf('change.drafted', world.ledgers.open().latest('change:c1'))?.run === 'r1' ? 'c1' : 'c2';
    const other = ofFirst === 'c1' ? 'c2' : 'c1';
    const { store } = world;
    const { snapshot } = store;
    store.snapshot = (given) =>
      given.dir.endsWith(slot)
        ? Promise.resolve({ kind: 'refused', refused: [{ path: 'pipe', reason: 'a named pipe' }] } as never)
        : snapshot(given);
    await untilHeld(world, 'TREE_REFUSED', ofFirst);
    expect(heldOf(world, ofFirst)?.message).toContain('a named pipe');
    expect(world.home.head()).toBe(world.first);
    world.files.put(lock, clean);
    await scene.until(other, 'verified');
    expect(stateOfSubject(world, ofFirst)).toBe('queued.holding');
  });

  it('keeps nothing else from being looked at', async () => {
    const { world } = await tonight();
    const { home } = world;
    const { inspect } = home;
    await world.clock.advance(3_000);
    const nSummaries = () => world.ledgers.open().read({ kinds: ['status.summarised'], limit: 100 }).length;
    home.inspect = () => Promise.reject(new Fault('GIT_FAILED', 'git ended with 128.'));
    await untilHeld(world, 'GIT_FAILED');
    expect(nSummaries()).toBeGreaterThan(0);
    home.inspect = inspect;
    await untilHeld(world, 'WINDOW_SHUT');
  });
});

describe('several that were approved for one night', () => {
  it('are told beforehand that the first one moves the branch, and which is asked about again', async () => {
    const scene = await supervised();
    const { world } = scene;
    for (const [change, path] of Object.entries({ c1: 'docs/env-setup/a.md', c2: 'docs/models-integ/b.md' })) {
      branchWith(world, `work-${change}`, { [path]: 'x\n' });
      await submit(world, asked({ kind: 'branch', name: `work-${change}` }), { yes: false });
      await scene.until(change, 'reviewing.deciding');
    }
    expect(await approveFor(scene, 'c1', 'window')).toMatchObject({ sentence: 'c1 is approved.' });
    const said = 'c1 comes before it and will have moved the branch: it is proven and asked about again then';
    expect(await approveFor(scene, 'c2', 'window')).toMatchObject({
      sentence: `c2 is approved. ${said} (approval.carry: never).`,
    });
    await untilHeld(world, 'WINDOW_SHUT', 'c2');
    expect(heldOf(world, 'c2')?.message).toContain(said);
    expect(heldOf(world, 'c1')?.message).not.toContain('comes before');
    await world.clock.advance(20_000);
    expect(world.ledgers.open().read({ kinds: ['change.held'] })).toHaveLength(2);
    at(world, 1, 3);
    await scene.until('c1', 'verified');
    await scene.until('c2', 'reviewing.deciding');
  });
});

describe('a merge that failed before anything of it has left', () => {
  /** The remote refuses once; what is asked of it later is answered. */
  async function refusedOnce(reason: 'moved' | 'rejected'): Promise<World> {
    const world = await withRemote('push');
    branchWith(world, 'mine', { 'docs/env-setup/a.md': 'a\n' });
    await submit(world, asked({ kind: 'branch', name: 'mine' }));
    const { remotes } = world;
    const { push } = remotes;
    remotes.push = async ({ updates }) => {
      remotes.push = push;
      await freeze(world);
      return { kind: 'refused', ref: updates[0]?.ref ?? '', reason, said: 'not today' } as never;
    };
    return world;
  }
  const freeze = (world: World) => {
    const entry = { kind: 'freeze', from: '2026-01-01', to: '2026-01-04', zone: 'UTC' } as const;
    return world.ledgers.open().request('window.add', { entry, reason: 'holidays', by } as never);
  };

  it.each(['moved', 'rejected'] as const)('does not merge in a freeze that began meanwhile: %s', async (reason) => {
    const world = await refusedOnce(reason);
    startSupervisor(world);
    if (reason === 'rejected') {
      await passUntil(world, () => stateOfSubject(world, 'c1') === 'mergeHeld');
      await world.ledgers.open().request('run.resume', { run: 'r1', by } as never);
    }
    await untilHeld(world, 'MERGE_FROZEN');
    await world.clock.advance(60_000);
    expect(world.home.head()).toBe(world.first);
    expect(world.remotes.refs.get(world.home.branchRef)).toBe(world.first);
    at(world, 5, 0);
    await passUntil(world, () => closedAs(world, 'r1') === 'done');
    expect(world.remotes.refs.get(world.home.branchRef)).toBe(world.home.head());
  });

  it('is not hurried in a freeze without breaking the glass', async () => {
    const world = await refusedOnce('rejected');
    startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'c1') === 'mergeHeld');
    const { exact: tree = '', base = '' } = dataOf('change.gated', world.ledgers.open().latest('gate:c1')) ?? {};
    const merge = { change: 'c1', tree, base, breakGlass: false, comment: null, signature: null, by };
    const id = await world.ledgers.open().request('review.merge', merge as never);
    await passUntil(world, () => world.ledgers.open().findRequest(id)?.answer !== null);
    expect(world.ledgers.open().findRequest(id)?.answer).toMatchObject({
      kind: 'refused',
      fault: { code: 'MERGE_FROZEN' },
    });
  });
});
