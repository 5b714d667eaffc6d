import { describe, expect, it } from 'vitest';

import { composedInstance } from '../../../../src/engine/instances/start.ts';
import { settle } from '../../../../src/engine/machines/settle.ts';
import { createProduction, isUnaffected } from '../../../../src/engine/templates/service/production.ts';
import { homeDir } from '../../../fakes/fake-world.ts';
import { passing, serviceScene } from './service-scene.ts';

const fault = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) as string });

describe('the proof of a service', () => {
  it('runs set-up and checks in the composed folder, starts it on the leased port, asks it, and stops it', async () => {
    const scene = await serviceScene({ config: '  setup: [setup, --offline]\n' });
    const { world } = scene;
    const exact = await scene.edited({ 'server.py': 'v2\n' });
    let composed: (string | undefined)[] = [];
    scene.boot(({ spec }) => {
      void Promise.all(['server.py', '.env'].map((path) => world.files.readText(`${spec.cwd}/${path}`))).then(
        (texts) => (composed = texts),
      );
      return {};
    });
    const proof = await scene.prove(exact);
    expect(world.processes.runs.map(({ program, args, cwd }) => [program, ...args, cwd])).toEqual([
      ['setup', '--offline', `${homeDir}/.orchestrate/instances/i1/tree`],
      ['check', '--fast', `${homeDir}/.orchestrate/instances/i1/tree`],
    ]);
    const [started] = world.processes.services;
    expect([started?.spec.program, ...(started?.spec.args ?? [])]).toEqual(['python3', 'server.py', '--port', '8191']);
    expect(started?.spec.env).toEqual({
      LANG: 'C.UTF-8',
      HOME: '/home/anna',
      PATH: '/usr/bin',
      PORT: '8191',
      TMPDIR: `${homeDir}/.orchestrate/instances/i1/tmp`,
    });
    expect(composed).toEqual(['v2\n', 'API_KEY=s3cr3t-value\n']);
    expect(started?.isAlive).toBe(false);
    expect(await world.files.info(`${homeDir}/.orchestrate/instances/i1`)).toBeUndefined();
    expect(proof).toMatchObject({ environment: 'none', components: 'none', reused: [], parts: ['commands', 'ready'] });
    expect(scene.rows('evidence.recorded').map(({ evidence: { part, grade } }) => `${part} ${grade}`)).toEqual([
      'commands static',
      'ready api',
    ]);
    expect(proof.notProven).toContain('any request but GET /health');
    expect(proof.notProven.join()).toContain('../secret (leads out of the repository)');
    expect(scene.rows('instance.composed')[0]?.program?.included).toEqual(['.env']);
  });

  it('is not made twice of the same files, and is made again when a file that it was given is another', async () => {
    const scene = await serviceScene();
    const exact = await scene.edited({ 'server.py': 'v2\n' });
    await scene.prove(exact);
    expect((await scene.prove(exact)).reused).toEqual(['commands', 'ready']);
    expect(scene.world.processes.services).toHaveLength(1);
    scene.world.files.put(`${homeDir}/.env`, 'API_KEY=another-longer-value\n');
    expect((await scene.prove(exact)).reused).toEqual([]);
    expect(scene.world.processes.services).toHaveLength(2);
  });

  it('fails with a check that fails, says how, and keeps the secret', async () => {
    const scene = await serviceScene();
    scene.failing.add('check');
    await expect(scene.prove(await scene.edited({ 'server.py': 'v2\n' }))).rejects.toEqual(
      fault('PROGRAM_CHECK_FAILED', 'check --fast ended with 1 (check says no)'),
    );
    const [first] = scene.rows('evidence.recorded');
    expect(first?.evidence).toMatchObject({
      part: 'commands',
      grade: 'static',
      commands: [{ what: 'check', exitCode: 1, tail: ['the key is •••', 'check says no'] }],
    });
    expect(JSON.stringify(scene.world.ledgers.open().read({ limit: 10_000 }))).not.toContain('s3cr3t-value');
    const log = await scene.world.files.readText(`${homeDir}/.orchestrate/logs/instances/i1.commands.log`);
    expect(log).toContain('check says no');
    expect(log).not.toContain('s3cr3t-value');
  });

  it('does not hold against a change what fails on the branch as well, and tells it', async () => {
    const scene = await serviceScene();
    scene.failing.add('check');
    // As a gate before the branch had these files left it on record.
    await scene.prove(await scene.world.store.treeOf(scene.base));
    const proof = await scene.prove(await scene.edited({ 'server.py': 'v2\n' }));
    expect(proof.notProven).toContain('what fails on the branch as well: check --fast');
  });

  it('of a way back needs a start, and tells checks that fail', async () => {
    const scene = await serviceScene();
    await scene.addRestore();
    scene.failing.add('check');
    const exact = await scene.edited({ 'server.py': 'v0\n' });
    expect((await scene.prove(exact, { run: 'r2' })).notProven.join()).toContain('check --fast');
    scene.boot(() => ({ ends: 'dies' }));
    await expect(scene.prove(await scene.edited({ 'server.py': 'v00\n' }), { run: 'r2' })).rejects.toEqual(
      fault('INSTANCE_BOOT_FAILED', 'ended before it was ready'),
    );
  });

  it('goes no further than a set-up that fails, or a program that is not there', async () => {
    const scene = await serviceScene({ config: '  setup: [setup]\n' });
    scene.failing.add('setup');
    await expect(scene.prove(await scene.edited({ 'server.py': 'v2\n' }))).rejects.toEqual(
      fault('PROGRAM_SETUP_FAILED', 'setup ended with 1'),
    );
    expect(scene.world.processes.services).toEqual([]);
    expect(scene.world.processes.runs.map(({ program }) => program)).toEqual(['setup']);

    const absent = await serviceScene();
    const text = (await absent.world.files.readText(`${homeDir}/orchestrate.yaml`)) ?? '';
    const exact = await absent.edited({ 'orchestrate.yaml': text.replace('[[check, --fast]]', '[[absent]]') });
    await expect(absent.prove(exact)).rejects.toEqual(
      fault('PROCESS_FAILED', 'The check command absent cannot be started'),
    );
  });

  it('needs an answer with 2xx from a socket of its own process', async () => {
    const scene = await serviceScene();
    scene.boot(() => ({ status: 503 }));
    await expect(scene.prove(await scene.edited({ 'server.py': 'v2\n' }))).rejects.toEqual(
      fault('INSTANCE_UNHEALTHY', 'did not answer with 2xx within 10 s: it answers 503'),
    );
    scene.boot(() => ({ ends: 'silent' }));
    await expect(scene.prove(await scene.edited({ 'server.py': 'v3\n' }))).rejects.toEqual(
      fault('INSTANCE_UNHEALTHY', 'nothing answers'),
    );
    scene.boot(() => ({}));
    const { ports } = scene.world.context.outside;
    const holder = ports.holder.bind(ports);
    ports.holder = async () => ({ kind: 'held', owners: [{ pid: 4, startTime: 'x', argv: ['other'] }] });
    await expect(scene.prove(await scene.edited({ 'server.py': 'v4\n' }))).rejects.toEqual(
      fault('INSTANCE_NOT_PROVEN', 'the socket belongs to process 4'),
    );
    ports.holder = holder;
    expect(scene.world.processes.services.filter(({ isAlive }) => isAlive)).toEqual([]);
  });

  it('keeps the secret that a program says before it ends', async () => {
    const scene = await serviceScene();
    scene.boot(({ spec }) => {
      scene.world.files.put(spec.logPath, 'KeyError\nbad key s3cr3t-value\n');
      return { ends: 'dies' };
    });
    await expect(scene.prove(await scene.edited({ 'server.py': 'v2\n' }))).rejects.toEqual(
      fault('INSTANCE_BOOT_FAILED', 'bad key •••'),
    );
    expect(JSON.stringify(scene.world.ledgers.open().read({ limit: 10_000 }))).not.toContain('s3cr3t-value');
  });
});

describe('production of a service', () => {
  it('is started from the tree without its checks, found again after a kill, and stopped whole', async () => {
    const scene = await serviceScene({ config: '  setup: [setup]\n' });
    const exact = await scene.world.store.treeOf(scene.base);
    const start = async (): Promise<string> => {
      const instance = await createProduction(scene.engine, exact);
      await settle(scene.engine.host, instance, (one) => one.state === 'healthy' || one.state === 'stopped');
      return instance;
    };
    const instance = await passing(scene.world, start());
    expect(scene.world.processes.runs.map(({ program }) => program)).toEqual(['setup']);
    expect(scene.world.processes.services).toHaveLength(1);

    await scene.restart();
    const composed = composedInstance(scene.engine, instance);
    const never = new AbortController().signal;
    await passing(scene.world, scene.engine.template.start(scene.engine, composed, never));
    expect(scene.world.processes.services).toHaveLength(1);
    expect(await scene.engine.template.answers(scene.engine, composed, 100)).toBe(true);

    await scene.engine.template.stop(scene.engine, composed, async () => undefined);
    expect(scene.world.processes.services.map(({ isAlive }) => isAlive)).toEqual([false]);
    expect(await scene.world.files.info(composed.dir)).toBeUndefined();
  });

  it('begins anew what a kill left half started', async () => {
    const scene = await serviceScene();
    scene.boot(() => ({ ends: 'silent' }));
    const exact = await scene.world.store.treeOf(scene.base);
    const instance = await createProduction(scene.engine, exact);
    await scene.world.clock.advance(500);
    expect(scene.world.processes.services.map(({ isAlive }) => isAlive)).toEqual([true]);
    await scene.restart();
    scene.boot(() => ({}));
    const composed = composedInstance(scene.engine, instance);
    await passing(scene.world, scene.engine.template.start(scene.engine, composed, new AbortController().signal));
    expect(scene.world.processes.services.map(({ isAlive }) => isAlive)).toEqual([false, true]);
  });

  it('is unaffected by what only orchestrate reads, and by nothing else', async () => {
    const scene = await serviceScene();
    const exact = await scene.world.store.treeOf(scene.base);
    const instance = await createProduction(scene.engine, exact);
    const composed = composedInstance(scene.engine, instance);
    const text = (await scene.world.files.readText(`${homeDir}/orchestrate.yaml`)) ?? '';
    const is = async (files: Readonly<Record<string, string>>): Promise<boolean> =>
      isUnaffected(scene.engine, composed, await scene.edited(files));
    expect(await is({})).toBe(true);
    expect(await is({ 'trees/service.yaml': 'x\n', 'orchestrate.yaml': text.replace('10s', '20s') })).toBe(true);
    expect(await is({ 'orchestrate.yaml': text.replace('8188', '8189') })).toBe(false);
    expect(await is({ 'orchestrate.yaml': text.replace('server.py', 'other.py') })).toBe(false);
    expect(await is({ 'README.md': 'may be served\n' })).toBe(false);
  });
});
