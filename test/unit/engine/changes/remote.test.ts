import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import type { CommitId } from '../../../../src/base/ids.ts';
import { dataOf, type JournalKind, type JournalKinds } from '../../../../src/domain/journal/kinds.ts';
import { ask, closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, type World } from '../../../fakes/fake-world.ts';
import { asked, branchWith, carryOut, options, submit, withRemote } from '../runs/own-work.ts';

const page = { 'docs/env-setup/a.md': 'a\n' };
const mine = asked({ kind: 'branch', name: 'mine' });
const main = 'refs/heads/main';

const rowsOf = <Kind extends JournalKind>(world: World, kind: Kind): readonly JournalKinds[Kind][] =>
  world.ledgers
    .open()
    .read({ kinds: [kind], limit: 100 })
    .flatMap((entry) => dataOf(kind, entry) ?? []);
const heldBy = (world: World): string | undefined =>
  dataOf('change.held', world.ledgers.open().latest('held:c1'))?.fault.code;

/** A commit that somebody else pushed on top of what the remote had. */
async function pushedByOthers(world: World, edits: Readonly<Record<string, string>>): Promise<CommitId> {
  const at = world.remotes.refs.get(main) as CommitId;
  const tree = await world.store.editTree(await world.store.treeOf(at), new Map(Object.entries(edits)));
  const author = { name: 'other', email: 'other' };
  const commit = await world.store.commit({ tree, parents: [at], message: 'other\n', author, atSeconds: 5 });
  world.remotes.refs.set(main, commit);
  return commit;
}

describe('merge.mode push', () => {
  it('sends the very commit that home gets, before home moves', async () => {
    const world = await withRemote('push', ', push-tags: true');
    branchWith(world, 'mine', page);
    await submit(world, mine);
    expect(await carryOut(world, 'r1')).toBe('done');
    expect(world.remotes.refs.get(main)).toBe(world.home.head());
    expect([...world.remotes.refs.keys()]).toEqual([main, expect.stringMatching(/^refs\/tags\/restore\/0001-/)]);
    const order = world.ledgers
      .open()
      .read({ kinds: ['restore.created', 'remote.pushed', 'branch.moved'], limit: 10 })
      .map(({ kind }) => kind);
    expect(order.slice(-3)).toEqual(['restore.created', 'remote.pushed', 'branch.moved']);
  });

  it('waits while the remote has what home lacks, and goes on when the person has pulled', async () => {
    const world = await withRemote('push');
    branchWith(world, 'mine', page);
    const theirs = await pushedByOthers(world, { 'ops/other.yaml': 'o\n' });
    await submit(world, mine);
    const supervisor = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'c1') === 'queued.holding');
    expect(heldBy(world)).toBe('REMOTE_MOVED');
    expect(world.home.head()).toBe(world.first);
    expect(world.remotes.nPushes).toBe(0);
    world.home.objects.take(world.store.objects, theirs);
    world.home.refs.set(world.home.branchRef, theirs);
    world.files.put('/home/anna/comfy-home/ops/other.yaml', 'o\n');
    await passUntil(world, () => closedAs(world, 'r1') !== undefined);
    await supervisor.stop();
    expect(closedAs(world, 'r1')).toBe('done');
    expect(world.store.objects.facts(world.home.head()).parents).toEqual([theirs]);
    expect(world.remotes.refs.get(main)).toBe(world.home.head());
  });

  it.each([
    ['is silent', 'silent', 'REMOTE_UNREACHABLE', 'queued.holding'],
    ['rejects', 'rejects', 'REMOTE_REJECTED', 'mergeHeld'],
  ] as const)('waits while the remote %s: nothing moves, and it can be called off or goes on', async (...given) => {
    const [, fails, code, state] = given;
    const world = await withRemote('push');
    branchWith(world, 'mine', page);
    await submit(world, mine);
    world.remotes.fails = fails;
    const supervisor = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'c1') === state);
    const moved = dataOf('machine.moved', world.ledgers.open().latest('machine:c1'));
    expect(JSON.stringify(moved?.event)).toContain(code);
    expect(world.home.head()).toBe(world.first);
    world.remotes.fails = null;
    // A silent one is asked again by itself; one that said no is not.
    if (fails === 'rejects') await ask(world, 'run.resume', { run: 'r1', by: anna });
    await passUntil(world, () => closedAs(world, 'r1') !== undefined);
    await supervisor.stop();
    expect(closedAs(world, 'r1')).toBe('done');
    expect(world.remotes.refs.get(main)).toBe(world.home.head());
  });

  it('can be called off while the remote rejects it', async () => {
    const world = await withRemote('push');
    branchWith(world, 'mine', page);
    await submit(world, mine);
    world.remotes.fails = 'rejects';
    const supervisor = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'c1') === 'mergeHeld');
    await ask(world, 'run.cancel', { run: 'r1', by: anna });
    await passUntil(world, () => closedAs(world, 'r1') !== undefined);
    await supervisor.stop();
    expect(closedAs(world, 'r1')).toBe('cancelled');
    expect(world.home.head()).toBe(world.first);
    expect(rowsOf(world, 'restore.voided')).toHaveLength(1);
  });

  it('takes a way back without the remote, says that it lacks it, and the next merge brings both', async () => {
    const world = await withRemote('push');
    branchWith(world, 'mine', page);
    await submit(world, mine);
    expect(await carryOut(world, 'r1')).toBe('done');
    const merged = world.home.head();
    world.remotes.fails = 'silent';
    await ask(world, 'restore.start', { kind: 'undo', to: null, options, by: anna });
    expect(await carryOut(world, 'r2')).toBe('done');
    expect(world.remotes.refs.get(main)).toBe(merged);
    expect(rowsOf(world, 'remote.behind')).toMatchObject([{ change: 'c2', fault: { code: 'REMOTE_UNREACHABLE' } }]);
    world.remotes.fails = null;
    branchWith(world, 'yours', { 'ops/b.yaml': 'b\n' });
    await submit(world, asked({ kind: 'branch', name: 'yours' }));
    expect(await carryOut(world, 'r3')).toBe('done');
    expect(world.remotes.refs.get(main)).toBe(world.home.head());
  });

  it('finishes what the remote has when the person committed in between and has put theirs on top', async () => {
    const world = await withRemote('push');
    branchWith(world, 'mine', page);
    await submit(world, mine);
    world.remotes.onPush = () => {
      world.remotes.onPush = null;
      world.home.commitByHand({ 'ops/by-hand.yaml': 'x\n' });
    };
    const supervisor = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'c1') === 'mergeHeld');
    const pushed = world.remotes.refs.get(main) as CommitId;
    await world.clock.advance(120_000);
    const nFailed = world.ledgers.open().read({ kinds: ['effect.failed'], limit: 100 }).length;
    expect(nFailed, 'it is not tried again and again').toBe(1);
    await ask(world, 'run.cancel', { run: 'r1', by: anna });
    await world.clock.advance(1_000);
    expect(stateOfSubject(world, 'c1'), 'the remote has it: it cannot be called off').toBe('mergeHeld');
    // As `git pull --rebase` does.
    world.home.objects.take(world.store.objects, pushed);
    world.home.refs.set(world.home.branchRef, pushed);
    world.home.commitByHand({ 'ops/by-hand.yaml': 'x\n' });
    await passUntil(world, () => closedAs(world, 'r1') !== undefined);
    await supervisor.stop();
    expect(closedAs(world, 'r1')).toBe('done');
    expect(world.store.objects.facts(world.home.head()).parents).toEqual([pushed]);
  });

  it('asks the remote before it sends again when the answer to a push was lost', async () => {
    const world = await withRemote('push');
    branchWith(world, 'mine', page);
    await submit(world, mine);
    world.remotes.onPush = () => {
      world.remotes.onPush = null;
      throw new Fault('REMOTE_UNREACHABLE', 'The line went dead.');
    };
    expect(await carryOut(world, 'r1')).toBe('done');
    expect(world.remotes.nPushes).toBe(1);
    expect(world.remotes.refs.get(main)).toBe(world.home.head());
    const [failed] = rowsOf(world, 'effect.failed');
    expect(failed?.fault).toMatchObject({ code: 'REMOTE_UNREACHABLE', data: { mayHaveArrived: true } });
  });

  it('sends nothing to another address than was shown, until a person resumes', async () => {
    const world = await withRemote('push');
    branchWith(world, 'mine', page);
    await submit(world, mine, { yes: false });
    const supervisor = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'c1') === 'reviewing.deciding');
    const sendsTo = dataOf('change.checked', world.ledgers.open().latest('check:c1'))?.sendsTo;
    expect(sendsTo).toEqual({ address: 'origin', branch: 'main', how: 'before' });
    world.remotes.address = '/elsewhere/taken.git';
    const gated = dataOf('change.gated', world.ledgers.open().latest('gate:c1'));
    const answer = { change: 'c1', base: gated?.base, tree: gated?.exact, verdict: 'approved', comment: null };
    await ask(world, 'review.answer', { ...answer, by: anna } as never);
    await passUntil(world, () => heldBy(world) === 'REMOTE_MOVED');
    await world.clock.advance(200_000);
    expect(world.remotes.nPushes).toBe(0);
    expect(rowsOf(world, 'change.held')).toMatchObject([{ fault: { data: { address: '/elsewhere/taken.git' } } }]);
    await ask(world, 'run.resume', { run: 'r1', by: anna });
    await passUntil(world, () => closedAs(world, 'r1') !== undefined);
    await supervisor.stop();
    expect(closedAs(world, 'r1')).toBe('done');
    expect(rowsOf(world, 'remote.addressed')).toMatchObject([
      { address: 'origin', was: null },
      { address: '/elsewhere/taken.git', was: 'origin', by: { kind: 'person' } },
    ]);
    const intent = world.ledgers
      .open()
      .read({ kinds: ['effect.done'], limit: 1_000 })
      .flatMap((entry) => dataOf('effect.done', entry) ?? [])
      .find(({ key }) => /^merge:c1:\d+:intent$/.test(key));
    expect(intent?.output['remote']).toMatchObject({ remote: 'origin', address: '/elsewhere/taken.git' });
  });

  it('sends nothing where mode is local', async () => {
    const world = await withRemote('push');
    const local = { ...world.context.config, merge: { ...world.context.config.merge, mode: 'local' as const } };
    const here: World = { ...world, context: { ...world.context, config: local } };
    branchWith(here, 'mine', page);
    await submit(here, mine);
    expect(await carryOut(here, 'r1')).toBe('done');
    expect(world.remotes.nPushes).toBe(0);
  });
});

describe('merge.mode pull-request', () => {
  const proposal = (world: World): string => `refs/heads/orchestrate/${world.context.config.id}-c1`;
  async function proposed(): Promise<{
    world: World;
    supervisor: ReturnType<typeof startSupervisor>;
    commit: CommitId;
  }> {
    const world = await withRemote('pull-request');
    branchWith(world, 'mine', page);
    await submit(world, mine);
    const supervisor = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'c1') === 'queued.holding');
    expect(heldBy(world)).toBe('REMOTE_AWAITED');
    expect(world.home.head()).toBe(world.first);
    expect(world.remotes.refs.get(main)).toBe(world.first);
    return { world, supervisor, commit: world.remotes.refs.get(proposal(world)) as CommitId };
  }

  const squash = (world: World, tree: Awaited<ReturnType<World['store']['treeOf']>>, parents: readonly CommitId[]) =>
    world.store.commit({ tree, parents, message: 'PR #7\n', author: { name: 'host', email: 'host' }, atSeconds: 9 });

  it.each(['squashed', 'merged', 'fast-forwarded'] as const)(
    'follows when it was %s there with exactly the proven files',
    async (how) => {
      const { world, supervisor, commit } = await proposed();
      const tree = await world.store.treeOf(commit);
      const landed =
        how === 'fast-forwarded'
          ? commit
          : await squash(world, tree, how === 'merged' ? [world.first, commit] : [world.first]);
      world.remotes.refs.set(main, landed);
      await passUntil(world, () => closedAs(world, 'r1') !== undefined);
      await supervisor.stop();
      expect(closedAs(world, 'r1')).toBe('done');
      expect(world.home.head()).toBe(landed);
      expect(rowsOf(world, 'restore.created').at(-1)).toMatchObject({ commit: landed });
      expect(rowsOf(world, 'remote.landed')).toMatchObject([{ commit: landed }]);
    },
  );

  it('asks soon again when it waits for something else than before', async () => {
    const { world, supervisor } = await proposed();
    await world.clock.advance(600_000);
    const landed = await pushedByOthers(world, { 'docs/env-setup/a.md': 'not what was proven\n' });
    await passUntil(world, () => heldBy(world) === 'REMOTE_MOVED');
    const toldMs = world.clock.monotonicMs();
    world.remotes.refs.set(main, world.first);
    await passUntil(world, () => heldBy(world) === 'REMOTE_AWAITED');
    expect(world.clock.monotonicMs() - toldMs).toBeLessThan(15_000);
    expect(landed).not.toBe(world.first);
    await supervisor.stop();
  });

  it('does not follow another tree: that waits for the person to pull, and is proven again', async () => {
    const { world, supervisor } = await proposed();
    const theirs = await pushedByOthers(world, { 'docs/env-setup/a.md': 'not what was proven\n' });
    await passUntil(world, () => heldBy(world) === 'REMOTE_MOVED');
    expect(world.home.head()).toBe(world.first);
    expect(theirs).not.toBe(world.home.head());
    await supervisor.stop();
  });

  it('does not write over what a colleague put on its branch, and goes on when it is gone from there', async () => {
    const { world, supervisor, commit } = await proposed();
    const theirs = await squash(world, await world.store.treeOf(commit), [commit]);
    world.remotes.refs.set(proposal(world), theirs);
    // Home moves: the change is proven again, and would be proposed anew.
    const onTop = world.home.commitByHand({ 'ops/by-hand.yaml': 'x\n' });
    world.remotes.refs.set(main, onTop);
    await passUntil(world, () => heldBy(world) === 'REMOTE_MOVED' && rowsOf(world, 'change.gated').length === 2);
    await world.clock.advance(300_000);
    expect(world.remotes.refs.get(proposal(world))).toBe(theirs);
    const nHeld = rowsOf(world, 'change.held').length;
    await world.clock.advance(300_000);
    expect(rowsOf(world, 'change.held').length, 'it is told once').toBe(nHeld);
    world.remotes.refs.delete(proposal(world));
    await passUntil(world, () => heldBy(world) === 'REMOTE_AWAITED' && world.remotes.refs.has(proposal(world)));
    await supervisor.stop();
    expect(world.store.objects.facts(world.remotes.refs.get(proposal(world)) as CommitId).parents).toEqual([onTop]);
  });

  it('moves its own proposal when it is proven again, also when a kill kept the first from the record', async () => {
    const { world, supervisor, commit } = await proposed();
    const onTop = world.home.commitByHand({ 'ops/by-hand.yaml': 'x\n' });
    world.remotes.refs.set(main, onTop);
    await passUntil(world, () => ![commit, undefined].includes(world.remotes.refs.get(proposal(world)) as CommitId));
    await supervisor.stop();
    expect(world.store.objects.facts(world.remotes.refs.get(proposal(world)) as CommitId).parents).toEqual([onTop]);
  });
});
