import { describe, expect, it } from 'vitest';

import { Fault } from '../../../../src/base/fault.ts';
import { dataOf } from '../../../../src/domain/journal/kinds.ts';
import { readTrash } from '../../../../src/engine/removal/read-trash.ts';
import { closedAs, passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import { anna, createWorld, homeDir, offered } from '../../../fakes/fake-world.ts';
import { programAgent } from '../../../support/agents.ts';
import { by, options, type Scene, supervised, upgrade } from './supervised-scene.ts';

describe('a supervised run', () => {
  it('plans, proves, waits for the person, merges with a restore point, and closes', async () => {
    const scene = await supervised();
    expect(await upgrade(scene)).toEqual({ kind: 'accepted', run: 'r1', sentence: 'r1 is on its way.' });
    await scene.until('c1', 'reviewing.deciding');
    expect(scene.world.home.moves).toEqual([]);
    const { exact: tree = '', base = '' } = scene.latest('change.gated') ?? {};
    expect(
      await scene.ask('review.answer', { change: 'c1', tree, base, verdict: 'approved', comment: null, by }),
    ).toMatchObject({ kind: 'accepted', run: 'r1' });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(closedAs(scene.world, 'r1')).toBe('done');
    expect(scene.world.home.moves.map(({ ref }) => ref)).toEqual([
      'refs/tags/restore/0001-upgrade-numpy-2-0-0-2-1-0',
      'refs/heads/main',
    ]);
    expect(await scene.world.files.readText(`${homeDir}/requirements.lock`)).toContain('numpy===2.1.0');
  });

  it('only plans when that is asked for', async () => {
    const scene = await supervised();
    await upgrade(scene, { previewOnly: true });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(closedAs(scene.world, 'r1')).toBe('done');
    expect(scene.latest('plan.made')?.plan.moves).toEqual([{ name: 'numpy', from: '2.0.0', to: '2.1.0' }]);
    expect(scene.world.processes.services).toEqual([]);
    expect(scene.latest('lease.taken')).toBeUndefined();
  });

  it('asks before it downloads more than the policy allows, and executes the plan that was shown', async () => {
    const scene = await supervised({ config: 'policy: { max-download: 0 B }\n' });
    await upgrade(scene);
    await scene.until('r1', 'awaitingApproval');
    const planHash = scene.latest('plan.made')?.plan.hash ?? '';
    const other = await scene.ask('run.answer', { run: 'r1', verdict: 'approved', planHash: 'f'.repeat(64), by });
    expect(other).toMatchObject({ kind: 'refused', fault: { code: 'CHANGE_MOVED' } });
    await scene.ask('run.answer', { run: 'r1', verdict: 'approved', planHash, by });
    await scene.until('c1', 'reviewing.deciding');
    expect(scene.latest('plan.answered')).toMatchObject({ hash: planHash, by: anna });
  });

  it.each([
    ['whose size nobody knows', null, 100 * 2 ** 30],
    ['for which the disk has no room', 1_000, 10],
  ])('asks before a download %s, unless yes was said beforehand', async (_, sizeBytes, free) => {
    const index = { ...offered, numpy: { '2.0.0': {}, '2.1.0': { sizeBytes } } };
    const scene = await supervised({ index }, (world) => void (world.files.free = free));
    await upgrade(scene);
    await scene.until('r1', 'awaitingApproval');
    expect(scene.world.python.built).toEqual([]);
    await scene.ask('run.cancel', { run: 'r1', by });
    await upgrade(scene, { yes: true });
    await passUntil(scene.world, () => scene.latest('plan.answered')?.run === 'r2');
    expect(scene.latest('plan.answered')).toMatchObject({ verdict: 'approved', by: anna });
  });

  it('takes a yes from a person only: a plan that has to be asked about waits for one, whatever a program said', async () => {
    const index = { ...offered, numpy: { '2.0.0': {}, '2.1.0': { sizeBytes: null } } };
    const scene = await supervised({ index });
    const yes = { goal: 'upgrade numpy', options: { ...options, yes: true } };
    await scene.ask('run.start', { ...yes, by: { kind: 'program', name: 'api' } });
    await scene.until('r1', 'awaitingApproval');
    expect([scene.latest('plan.answered'), scene.world.python.built]).toEqual([undefined, []]);
    await scene.ask('run.cancel', { run: 'r1', by });
    await scene.ask('run.start', { ...yes, by });
    await passUntil(scene.world, () => scene.latest('plan.answered') !== undefined);
    expect(scene.latest('plan.answered')).toMatchObject({ run: 'r2', verdict: 'approved', by: anna });
  });

  it('gives up on a step that takes longer than its agent may', async () => {
    const agent = {
      id: 'environment-specialist',
      title: 'x',
      tree: 'env-setup',
      ...programAgent,
      maxMinutes: 1,
      instructions: '',
      file: 'agents/x.md',
    } as const;
    const scene = await supervised({}, (world) => {
      world.python.build = () => new Promise(() => {});
      const agents = new Map([[agent.id, agent]]);
      return { ...world, context: { ...world.context, definitions: { ...world.context.definitions, agents } } };
    });
    await upgrade(scene);
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined, 200);
    expect(closedAs(scene.world, 'r1')).toBe('failed');
    const failed = scene.world.ledgers
      .open()
      .read({ kinds: ['machine.moved'], limit: 10_000 })
      .find(({ data }) => data['subject'] === 'r1.build' && data['from'] === 'executing');
    expect(failed?.data['event']).toMatchObject({
      error: { code: 'PROCESS_TIMEOUT', message: 'Step build took longer than 60 s.' },
    });
  });

  it('still stops at the step that was asked for after a resume for another reason', async () => {
    const scene = await supervised();
    const build = scene.world.python.build;
    scene.world.python.build = (request) => {
      scene.world.home.items['hooks/post-commit'] = 'evil';
      return build(request);
    };
    await upgrade(scene, { until: 'imports' });
    await scene.until('r1', 'paused');
    expect(stateOfSubject(scene.world, 'r1.imports')).not.toBe('done');
    await scene.ask('run.resume', { run: 'r1', by });
    await passUntil(scene.world, () => stateOfSubject(scene.world, 'r1.imports') === 'done');
    await scene.until('r1', 'paused');
    await scene.world.clock.advance(5_000);
    expect(stateOfSubject(scene.world, 'r1.boot')).not.toBe('done');
    expect(scene.latest('change.drafted')).toBeUndefined();
    await scene.ask('run.resume', { run: 'r1', by });
    await scene.until('c1', 'reviewing.deciding');
  });

  it('ends when the plan is rejected', async () => {
    const scene = await supervised({ config: 'policy: { max-download: 0 B }\n' });
    await upgrade(scene);
    await scene.until('r1', 'awaitingApproval');
    await scene.ask('run.answer', {
      run: 'r1',
      verdict: 'rejected',
      planHash: scene.latest('plan.made')?.plan.hash ?? '',
      by,
    });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(closedAs(scene.world, 'r1')).toBe('cancelled');
  });

  it('names the nearest goals when it understands none', async () => {
    const scene = await supervised();
    expect(await scene.ask('run.start', { goal: 'paint the house', options, by })).toMatchObject({
      kind: 'refused',
      fault: { code: 'GOAL_UNKNOWN', hints: ['orchestrate run "upgrade <package>"   (Upgrade one Python package)'] },
    });
  });

  it('pauses when git files of home are changed behind its back, and goes on when the person accepts them', async () => {
    const scene = await supervised();
    const build = scene.world.python.build;
    scene.world.python.build = (request) => {
      scene.world.home.items['hooks/post-commit'] = 'evil';
      return build(request);
    };
    await upgrade(scene);
    await scene.until('r1', 'paused');
    expect(scene.latest('tamper.found')).toMatchObject({
      run: 'r1',
      differences: [{ item: 'hooks/post-commit', kind: 'added' }],
    });
    expect(await scene.ask('run.resume', { run: 'r1', by })).toMatchObject({ kind: 'accepted' });
    await scene.until('c1', 'reviewing.deciding');
    expect(scene.latest('fingerprint.accepted')).toMatchObject({ items: { 'hooks/post-commit': 'evil' } });
  });

  it('lets two runs of one tree work side by side, each in its own slot and on its own port', async () => {
    const scene = await supervised();
    await upgrade(scene);
    await upgrade(scene);
    await scene.until('c2', 'reviewing.deciding');
    await scene.until('c1', 'reviewing.deciding');
    const leases = scene.world.ledgers.open().read({ kinds: ['lease.taken'] });
    expect(leases.map(({ data }) => [data['slot'], data['port']])).toEqual([
      ['env-setup', 8191],
      ['env-setup@2', 8192],
    ]);
  });
});

describe('an answer to a change', () => {
  const waiting = async (): Promise<Scene & { tree: string; base: string }> => {
    const scene = await supervised();
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    const { exact, base } = scene.latest('change.gated') ?? {};
    return { ...scene, tree: exact ?? '', base: base ?? '' };
  };

  it('is refused when it is about another tree than the one that would merge', async () => {
    const scene = await waiting();
    expect(
      await scene.ask('review.answer', {
        change: 'c1',
        tree: 'f'.repeat(40),
        base: scene.base,
        verdict: 'approved',
        comment: null,
        by,
      }),
    ).toMatchObject({
      kind: 'refused',
      fault: { code: 'CHANGE_MOVED', state: 'Nothing was approved.' },
    });
  });

  it('is refused when the same tree would merge on another base than the one that the person saw', async () => {
    const scene = await waiting();
    const { tree } = scene;
    const answer = await scene.ask('review.answer', {
      change: 'c1',
      tree,
      base: 'f'.repeat(40),
      verdict: 'approved',
      comment: null,
      by,
    });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'CHANGE_MOVED' } });
    expect(scene.world.home.moves).toEqual([]);
  });

  it.each(['program', 'model', 'rule'] as const)('is refused when a %s gives it', async (kind) => {
    const scene = await waiting();
    const answer = await scene.ask('review.answer', {
      change: 'c1',
      tree: scene.tree,
      base: scene.base,
      verdict: 'approved',
      comment: null,
      by: { kind, name: 'env-setup' },
    });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'REVIEW_SELF' } });
    expect(stateOfSubject(scene.world, 'c1')).toBe('reviewing.deciding');
  });

  it('is refused when the change takes none', async () => {
    const scene = await supervised();
    expect(
      await scene.ask('review.answer', {
        change: 'c9',
        tree: 'f'.repeat(40),
        base: 'f'.repeat(40),
        verdict: 'approved',
        comment: null,
        by,
      }),
    ).toMatchObject({
      kind: 'refused',
      fault: { code: 'CHANGE_NOT_FOUND' },
    });
  });

  it('ends the run when it is a no, and nothing has moved', async () => {
    const scene = await waiting();
    await scene.ask('review.answer', {
      change: 'c1',
      tree: scene.tree,
      base: scene.base,
      verdict: 'rejected',
      comment: 'not today',
      by,
    });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(closedAs(scene.world, 'r1')).toBe('failed');
    expect(scene.world.home.moves).toEqual([]);
    expect(scene.world.processes.services.filter((one) => one.isAlive)).toEqual([]);
  });

  it('merges as soon as the edits of the person are gone that it had to wait for', async () => {
    const scene = await waiting();
    const lock = `${homeDir}/requirements.lock`;
    const before = (await scene.world.files.readText(lock)) ?? '';
    scene.world.files.put(lock, 'mine\n');
    await scene.ask('review.answer', {
      change: 'c1',
      tree: scene.tree,
      base: scene.base,
      verdict: 'approved',
      comment: null,
      by,
    });
    await scene.until('c1', 'queued.holding');
    await scene.world.clock.advance(10_000);
    expect(scene.world.home.moves).toEqual([]);
    expect(await scene.world.files.readText(lock)).toBe('mine\n');
    scene.world.files.put(lock, before);
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') === 'done');
  });
});

describe('requests', () => {
  it.each([
    ['run.cancel', { run: 'r9', by }, 'RUN_NOT_FOUND'],
    ['run.resume', { run: 'r9', by }, 'RUN_NOT_FOUND'],
    ['service.stop', { by, now: false }, 'SERVICE_NOT_RUNNING'],
  ] as const)('of kind %s are refused with a reason', async (kind, data, code) => {
    const scene = await supervised();
    expect(await scene.ask(kind, data as never)).toMatchObject({ kind: 'refused', fault: { code } });
  });

  it('that nobody knows are refused', async () => {
    const scene = await supervised();
    expect(await scene.ask('do.harm' as never, {} as never)).toMatchObject({
      kind: 'refused',
      fault: { code: 'USAGE_BAD_ARGUMENT' },
    });
  });

  it('to start and stop production are carried out', async () => {
    const scene = await supervised();
    expect(await scene.ask('service.start', { by })).toMatchObject({
      kind: 'accepted',
      sentence: 'Production is i1 on :8188.',
    });
    expect(await scene.ask('service.start', { by })).toMatchObject({
      kind: 'refused',
      fault: { code: 'NOTHING_TO_DO' },
    });
    scene.world.service.enqueue(8188, { prompt_id: 'a' });
    expect(await scene.ask('service.stop', { by, now: false })).toMatchObject({
      kind: 'accepted',
      sentence: 'Production is stopped; 1 pending prompts were saved and are queued again at the next start.',
    });
    expect(scene.world.processes.services.map((one) => one.isAlive)).toEqual([false]);
  });

  it('to start production bring back the prompts that stopping it saved, which no row shows', async () => {
    const scene = await supervised();
    const { world } = scene;
    await scene.ask('service.start', { by });
    const prompt = { prompt_id: 'a', extra_data: { api_key: 'sk-very-secret' } };
    world.service.enqueue(8188, prompt);
    await scene.ask('service.stop', { by, now: false });
    const file = `${world.context.paths.state}/queues/i1.json`;
    expect(await world.files.readText(file)).toContain('sk-very-secret');
    expect(((await world.files.info(file))?.mode ?? 0) & 0o777).toBe(0o600);
    expect(scene.latest('production.set')).toEqual({ instance: null, saved: 'i1' });
    await scene.ask('service.start', { by });
    expect(world.service.requeued).toEqual([{ port: 8188, prompts: [prompt] }]);
    expect(await world.files.readText(file)).toBeUndefined();
    expect(JSON.stringify(world.ledgers.open().read({ limit: 10_000 }))).not.toContain('sk-very-secret');
    // Once: another stop and start have nothing to bring back.
    await scene.ask('service.stop', { by, now: false });
    await scene.ask('service.start', { by });
    expect(world.service.requeued.flatMap(({ prompts }) => prompts)).toHaveLength(2);
  });

  it('about production are carried out one after the other', async () => {
    const scene = await supervised();
    const [started, stopped] = await Promise.all([
      scene.ask('service.start', { by }),
      scene.ask('service.stop', { by, now: false }),
    ]);
    expect([started.kind, stopped.kind]).toEqual(['accepted', 'accepted']);
    expect(scene.world.processes.services.map((one) => one.isAlive)).toEqual([false]);
  });

  it('to start production name whoever holds its port, and stop nobody', async () => {
    const scene = await supervised();
    scene.world.ports.hold(8188, [{ pid: 77, startTime: 's', argv: ['swarmui'] }]);
    expect(await scene.ask('service.start', { by })).toMatchObject({
      kind: 'refused',
      fault: {
        code: 'PORT_TAKEN',
        message: 'Port 8188 is held by process 77 (swarmui), which orchestrate did not start and will not stop.',
      },
    });
  });

  it('to cancel end a run and free what it held', async () => {
    const scene = await supervised();
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    expect(await scene.ask('run.cancel', { run: 'r1', by })).toMatchObject({ kind: 'accepted' });
    await passUntil(scene.world, () => closedAs(scene.world, 'r1') !== undefined);
    expect(closedAs(scene.world, 'r1')).toBe('cancelled');
    expect(stateOfSubject(scene.world, 'c1')).toBe('abandoned');
    expect(await scene.ask('run.cancel', { run: 'r1', by })).toMatchObject({
      kind: 'refused',
      fault: { code: 'RUN_FINISHED' },
    });
  });
});

describe('a supervisor', () => {
  it('is the only one of its installation', async () => {
    const scene = await supervised();
    await scene.world.clock.advance(1_000);
    expect(await startSupervisor(scene.world).ended).toMatchObject({ code: 'SUPERVISOR_BUSY' });
  });

  it('ends when it is asked to and nothing is running, with a row to go on from', async () => {
    const scene = await supervised();
    await scene.ask('supervisor.stop', { by });
    await passUntil(scene.world, async () => !(await scene.world.ledgers.open().isHeld()));
    expect(await scene.supervisor.ended).toBeUndefined();
    expect(scene.latest('supervisor.checkpoint')).toMatchObject({ live: [] });
  });

  it('that cannot put right what it found names the reason when it ends', async () => {
    const world = await createWorld();
    world.processes.findMarked = () => Promise.reject(new Fault('PROCESS_TIMEOUT', 'ps did not answer.'));
    const supervisor = startSupervisor(world);
    await passUntil(world, () =>
      Promise.resolve(world.ledgers.open().read({ kinds: ['supervisor.stopped'] }).length > 0),
    );
    expect(await supervisor.ended).toMatchObject({ code: 'PROCESS_TIMEOUT' });
    const stopped = world.ledgers.open().read({ kinds: ['supervisor.stopped'], descending: true, limit: 1 })[0];
    expect(stopped?.data).toMatchObject({ reason: 'PROCESS_TIMEOUT ps did not answer.' });
  });

  it('tells when production goes silent, dies and answers again', async () => {
    const scene = await supervised();
    await scene.ask('service.start', { by });
    const [started] = scene.world.processes.services;
    scene.world.service.boot = () => ({ ends: 'silent' });
    await scene.until('i1', 'unresponsive');
    scene.world.service.boot = () => ({});
    await scene.until('i1', 'healthy');
    if (started) started.isAlive = false;
    await scene.until('i1', 'stopped');
    expect(scene.latest('instance.ended')).toMatchObject({
      instance: 'i1',
      reason: expect.stringContaining('is gone') as string,
    });
  });

  it('finds production still running after a kill, and does not start another', async () => {
    const scene = await supervised();
    await scene.ask('service.start', { by });
    await scene.supervisor.kill();
    const next = startSupervisor(scene.world);
    await passUntil(scene.world, () => stateOfSubject(scene.world, 'supervisor:3') === 'ready');
    await scene.world.clock.advance(5_000);
    expect(scene.world.processes.services.map((one) => one.isAlive)).toEqual([true]);
    expect(stateOfSubject(scene.world, 'i1')).toBe('healthy');
    await next.stop();
  });

  it('stops what a killed one left behind, and nothing of anybody else', async () => {
    const world = await createWorld();
    const spec = { program: 'python', args: [], cwd: '/', env: {}, logPath: '/state/x.log' };
    await world.processes.start({ ...spec, mark: 'demo/r7.boot#1' });
    await world.processes.start({ ...spec, mark: 'another/r7.boot#1' });
    world.files.put('/home/anna/comfy-home/.orchestrate/instances/i9/main.py', 'x');
    world.home.slots.set('env-setup@2', { state: 'half', head: null });
    startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'supervisor:2') === 'ready');
    expect(world.processes.services.map((one) => one.isAlive)).toEqual([false, true]);
    expect(await world.files.list('/home/anna/comfy-home/.orchestrate/instances')).toEqual([]);
    // As doctor says before it: what goes, goes to the trash.
    const item = readTrash({ ledger: world.ledgers.open() }).find(({ name }) => name === 'i9');
    expect(item).toMatchObject({ what: 'instance', why: 'it is of no instance on record', holdsWork: true });
    expect(await world.files.readText(`${item?.place}/main.py`)).toBe('x');
    expect(world.home.slots.size).toBe(0);
    const reconciled = dataOf(
      'supervisor.reconciled',
      world.ledgers.open().read({ kinds: ['supervisor.reconciled'] })[0],
    );
    expect(reconciled?.findings).toHaveLength(3);
  });
});
