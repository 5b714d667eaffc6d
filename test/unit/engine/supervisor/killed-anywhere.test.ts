import { describe, expect, it } from 'vitest';

import { row } from '../../../../src/domain/journal/kinds.ts';
import { ask, closedAs, type Death, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, createWorld, homeDir, type World } from '../../../fakes/fake-world.ts';
import { asked, branchWith, submit, withRemote } from '../runs/own-work.ts';

const options = { previewOnly: false, yes: true, until: null, playbook: null, inputs: {} };

/** Asks for production and waits until it runs. */
async function withProduction(): Promise<World> {
  const world = await createWorld();
  const supervisor = startSupervisor(world);
  await ask(world, 'service.start', { by: anna });
  await passUntil(world, () => stateOfSubject(world, 'i1') === 'healthy');
  await passUntil(world, () => world.ledgers.open().openRequests().length === 0);
  await supervisor.stop();
  world.service.enqueue(8188, { prompt_id: 'a' }, { prompt_id: 'b' });
  return world;
}

/** What must be the same however often the process died on the way. Numbers of instances are not. */
async function outcome(world: World, run: string): Promise<object> {
  const { home, store, processes, service } = world;
  const ledger = world.ledgers.open();
  const living = processes.services.filter((one) => one.isAlive);
  const list = async (dir: string) => Promise.all((await world.files.list(dir)).map(async (name) => `${name}`));
  const head = home.head();
  const restores = await store.listRefs('refs/tags/restore/');
  return {
    run: closedAs(world, run),
    history: (await store.history(head, 10)).map((commit) => store.objects.facts(commit).message.split('\n')[0]),
    lock: await world.files.readText(`${homeDir}/requirements.lock`),
    branchTree: await store.treeOf(head),
    dirty: await home.dirtyPaths(head),
    restores: restores.map(({ ref }) => ref),
    // Every restore point of the store is in home as well, and names a commit of the branch.
    inHome: restores.every(
      ({ ref, object, target }) => home.refs.get(ref) === object && store.objects.history(head, 99).includes(target),
    ),
    remote: world.remotes.refs.get(home.branchRef) === head ? 'as home' : 'elsewhere',
    nBranchMoves: home.moves.filter(({ ref }) => ref === home.branchRef).length,
    living: living.map(({ spec }) => spec.args[spec.args.indexOf('--port') + 1]),
    nInstanceFolders: (await list(world.context.paths.instances)).length,
    requeued: service.requeued.flatMap(({ prompts }) => prompts),
    chain: ledger.verify().kind,
    open: ledger.openRequests().length,
    nRuns: ledger.read({ kinds: ['run.created'], limit: 100 }).length,
    nClosed: ledger.read({ kinds: ['run.closed'], limit: 100 }).length,
    leases: ['r1', 'r2'].map((one) => ledger.latest(`lease-of:${one}`)?.kind ?? 'none'),
  };
}

interface Scenario {
  begin(): Promise<World>;
  readonly run: string;
  readonly ends: object;
}

const upgradeTitle = 'upgrade numpy 2.0.0 → 2.1.0';

const asks = (world: World) => ask(world, 'run.start', { goal: 'upgrade numpy', options, by: anna });

const scenarios: Readonly<Record<string, Scenario>> = {
  'an upgrade with production running': {
    ends: {
      run: 'done',
      history: [upgradeTitle, 'adopt'],
      living: ['8188'],
      nBranchMoves: 1,
      requeued: [{ prompt_id: 'a' }, { prompt_id: 'b' }],
    },
    run: 'r1',
    async begin() {
      const world = await withProduction();
      await asks(world);
      return world;
    },
  },
  'an upgrade that production does not survive': {
    ends: {
      run: 'rolledBack',
      history: [`revert: ${upgradeTitle}`, upgradeTitle, 'adopt'],
      living: ['8188'],
      nBranchMoves: 2,
      requeued: [{ prompt_id: 'a' }, { prompt_id: 'b' }],
    },
    run: 'r1',
    async begin() {
      const world = await withProduction();
      await asks(world);
      const [old] = world.processes.services;
      // Only the exact old environment starts on production's port.
      world.service.boot = ({ spec }) =>
        spec.args.includes('8188') && spec.program !== old?.spec.program ? { ends: 'dies' } : {};
      return world;
    },
  },
  'an undo': {
    ends: { run: 'done', history: [`undo ${upgradeTitle}`, upgradeTitle, 'adopt'], living: ['8188'], nBranchMoves: 2 },
    run: 'r2',
    async begin() {
      const world = await withProduction();
      await asks(world);
      const supervisor = startSupervisor(world);
      await passUntil(world, () => closedAs(world, 'r1') !== undefined);
      await supervisor.stop();
      await ask(world, 'restore.start', { kind: 'undo', to: null, options, by: anna });
      return world;
    },
  },
  'a branch that is submitted, and pushed': {
    ends: { run: 'done', history: ['work of mine', 'adopt'], nBranchMoves: 1, remote: 'as home' },
    run: 'r1',
    async begin() {
      const world = await withRemote('push');
      branchWith(world, 'mine', { 'docs/env-setup/a.md': 'a\n' });
      await submit(world, asked({ kind: 'branch', name: 'mine' }));
      return world;
    },
  },
  'an upgrade on top of a commit made by hand': {
    ends: { run: 'done', history: [upgradeTitle, 'by hand', 'adopt'], living: [], nBranchMoves: 1, requeued: [] },
    run: 'r1',
    async begin() {
      const world = await createWorld();
      world.home.commitByHand({ 'workflows/mine.json': '{"1": {"class_type": "KSampler", "inputs": {}}}' });
      await asks(world);
      return world;
    },
  },
};

/** Carries the scenario out in processes that die one after the other, then in one that lives. */
async function carriedOut(
  { begin, run }: Scenario,
  deaths: readonly Death[],
): Promise<{ world: World; nSteps: number }> {
  const world = await begin();
  for (const death of deaths) {
    const mortal = startSupervisor(world, death);
    await passUntil(world, () => mortal.isDead || closedAs(world, run) !== undefined);
    await mortal.kill();
  }
  const supervisor = startSupervisor(world);
  await passUntil(world, () => closedAs(world, run) !== undefined);
  const { nSteps } = supervisor;
  await supervisor.stop();
  return { world, nSteps };
}

/** Spread over the whole of a scenario; each is a case of its own, so that none has to wait for the others. */
const kills = Array.from({ length: 8 }, (_one, part) => ({
  ...{ part, parts: 8 },
  when: part % 2 === 0 ? ('before' as const) : ('after' as const),
}));

describe.each(Object.entries(scenarios))('%s', (_, scenario) => {
  const straight = carriedOut(scenario, []);

  it('comes to an end when nobody kills it', async () => {
    const { world } = await straight;
    expect(await outcome(world, scenario.run)).toMatchObject({
      ...scenario.ends,
      dirty: [],
      inHome: true,
      chain: 'holds',
      open: 0,
    });
  });

  it.each(kills)(
    'ends the same when it is killed $when the step at $part/$parts of its way',
    async ({ when, part, parts }) => {
      const { world, nSteps } = await straight;
      const expected = await outcome(world, scenario.run);
      const step = Math.floor((part * nSteps) / parts);
      const { world: other } = await carriedOut(scenario, [{ step, when }]);
      expect(await outcome(other, scenario.run), `killed ${when} step ${step} of ${nSteps}`).toEqual(expected);
    },
  );

  it('ends the same when it is killed again and again', async () => {
    const { world, nSteps } = await straight;
    const expected = await outcome(world, scenario.run);
    const deaths = Array.from({ length: 8 }, (_one, index): Death => {
      return { step: ((index + 1) * 23) % nSteps, when: index % 2 === 0 ? 'after' : 'before' };
    });
    const { world: other } = await carriedOut(scenario, deaths);
    expect(await outcome(other, scenario.run)).toEqual(expected);
  });
});

it('does not write a row in the name of an older supervisor', async () => {
  const world = await createWorld();
  const old = startSupervisor(world);
  await passUntil(world, () => stateOfSubject(world, 'supervisor:2') === 'ready');
  await old.kill();
  const { seq } = world.ledgers.open().head();
  const ledger = world.ledgers.open();
  await ledger.acquire();
  await ledger.append([row('run.resumed', { run: 'r1', by: anna })]);
  await world.clock.advance(10_000);
  expect(ledger.head().seq).toBe(seq + 1);
});
