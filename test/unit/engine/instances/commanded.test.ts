import { describe, expect, it } from 'vitest';

import type { ProgramResult, ProgramSpec } from '../../../../src/ports/index.ts';
import { passUntil, startSupervisor, stateOfSubject } from '../../../fakes/fake-life.ts';
import type { World, WorldOptions } from '../../../fakes/fake-world.ts';
import { approveChange, by, options, type Scene, supervised, upgrade } from '../supervisor/supervised-scene.ts';

const service = [
  'mode: command',
  'start-command: [/opt/swarm/start, --backend, "1"]',
  'stop-command: [/opt/swarm/stop]',
];

/** Another program: its commands start and stop a server that is its own child. */
function swarm(world: World, stop: 'stops' | 'fails' | 'does nothing' = 'stops'): void {
  world.processes.program('/opt/swarm/start', startOf(world));
  world.processes.program('/opt/swarm/stop', () => {
    if (stop === 'fails') return { exitCode: 3, stderr: 'no such backend\n' };
    for (const one of serversOf(world)) if (stop === 'stops') one.isAlive = false;
    return {};
  });
}

const serversOf = (world: World) =>
  world.processes.services.filter((one) => one.isAlive && one.spec.logPath === '/var/log/swarm');

const commandScene = (
  prepare: (world: World) => unknown = (world) => swarm(world),
  more: WorldOptions = {},
): Promise<Scene> => supervised({ service, ...more }, (world) => void prepare(world));

const commandsOf = (scene: Scene): readonly ProgramSpec[] =>
  scene.world.processes.runs.filter((one) => one.program.startsWith('/opt/swarm/'));

describe('production that another program starts', () => {
  it('is started by its command, told the folder, and counts as up when its start command names that folder', async () => {
    const scene = await commandScene();
    expect(await scene.ask('service.start', { by })).toMatchObject({ kind: 'accepted' });
    const [start] = commandsOf(scene);
    const dir = '/home/anna/comfy-home/.orchestrate/instances/i1';
    expect(start).toMatchObject({ args: ['--backend', '1'], cwd: '/home/anna/comfy-home' });
    expect(start?.mark).toBeUndefined();
    expect(start?.env).toEqual({
      LANG: 'C.UTF-8',
      HOME: '/home/anna',
      PATH: '/usr/bin',
      ORCHESTRATE_INSTANCE_DIR: dir,
      ORCHESTRATE_PYTHON: expect.stringContaining('/envs/') as string,
      ORCHESTRATE_ARGS: expect.stringContaining(`["${dir}/ComfyUI/main.py"`) as string,
      COMFY_PORT: '8188',
    });
    const [server] = serversOf(scene.world);
    expect(scene.latest('instance.answered')).toMatchObject({
      instance: 'i1',
      owner: { pid: server?.pid },
      port: 8188,
    });
    expect(scene.latest('instance.proven')).toBeUndefined();
  });

  it.each([
    ['fails', { exitCode: 2, stderr: 'unit not found\n' }, 'PROCESS_FAILED', 'ended with 2 (unit not found)'],
    ['hangs', { exitCode: null, timedOut: true, durationMs: 10_000 }, 'PROCESS_TIMEOUT', 'did not end in 10 s'],
    ['starts nothing', {}, 'INSTANCE_UNHEALTHY', 'nothing answers on port 8188 within 10 s'],
  ] satisfies [string, Partial<ProgramResult>, string, string][])(
    'is not up when its command %s',
    async (_what, result, code, message) => {
      const scene = await commandScene((world) => {
        swarm(world);
        world.processes.program('/opt/swarm/start', () => result);
      });
      expect(await scene.ask('service.start', { by })).toMatchObject({
        kind: 'refused',
        fault: { code, message: expect.stringContaining(message) as string },
      });
      expect(await scene.world.files.list('/home/anna/comfy-home/.orchestrate/instances')).toEqual([]);
    },
  );

  it('is not up when something else answers', async () => {
    const scene = await commandScene((world) => {
      swarm(world);
      world.service.boot = () => ({ hidesFolder: true });
    });
    expect(await scene.ask('service.start', { by })).toMatchObject({
      kind: 'refused',
      fault: { code: 'INSTANCE_NOT_PROVEN' },
    });
  });

  it('is stopped by its command, and by nothing else', async () => {
    const scene = await commandScene();
    await scene.ask('service.start', { by });
    scene.world.service.enqueue(8188, { prompt_id: 'a' });
    expect(await scene.ask('service.stop', { by, now: false })).toMatchObject({ kind: 'accepted' });
    expect(commandsOf(scene).map((one) => one.program)).toEqual(['/opt/swarm/start', '/opt/swarm/stop']);
    expect(serversOf(scene.world)).toEqual([]);
    await scene.ask('service.start', { by });
    expect(scene.world.service.requeued).toMatchObject([{ prompts: [{ prompt_id: 'a' }] }]);
  });

  it.each([
    ['fails', 'The stop command ended with 3 (no such backend), and port 8188 is still held by process'],
    ['does nothing', 'The stop command ended well, and port 8188 is still held by process'],
  ] as const)('goes on, with its prompts, when its command %s', async (stop, message) => {
    const scene = await commandScene((world) => swarm(world, stop));
    await scene.ask('service.start', { by });
    scene.world.service.enqueue(8188, { prompt_id: 'a' }, { prompt_id: 'b' });
    expect(await scene.ask('service.stop', { by, now: false })).toMatchObject({
      kind: 'refused',
      fault: {
        code: 'SERVICE_NOT_OURS',
        message: expect.stringContaining(message) as string,
        state: 'i1 is production still; 2 of its prompts are back in its queue.',
      },
    });
    expect(serversOf(scene.world)).toHaveLength(1);
    expect((await scene.world.service.queue('http://127.0.0.1:8188')).pending).toEqual([
      { prompt_id: 'a' },
      { prompt_id: 'b' },
    ]);
    expect(stateOfSubject(scene.world, 'i1')).toBe('healthy');
    // What came in the meantime is not lost when it is stopped at last.
    scene.world.service.enqueue(8188, { prompt_id: 'c' });
    swarm(scene.world);
    expect(await scene.ask('service.stop', { by, now: false })).toMatchObject({
      sentence: expect.stringContaining('3 pending') as string,
    });
  });

  it('is switched to what was merged, and back when the new one does not come up', async () => {
    const scene = await commandScene();
    await scene.ask('service.start', { by });
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    await approveChange(scene, 'c1');
    await scene.until('r1', 'done');
    expect(scene.latest('service.switched')).toMatchObject({
      outcome: 'switched',
      downMs: expect.any(Number) as number,
    });
    expect(serversOf(scene.world)).toHaveLength(1);
    const start = startOf(scene.world);
    scene.world.processes.program('/opt/swarm/start', (spec) =>
      commandsOf(scene).filter((one) => one.program.endsWith('start')).length === 3 ? { exitCode: 1 } : start(spec),
    );
    const undo = { kind: 'undo', to: null, options: { ...options, yes: true }, by } as const;
    await scene.ask('restore.start', undo);
    await scene.until('r2', 'rolledBack');
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'reverted' });
    expect(serversOf(scene.world)).toHaveLength(1);
  });

  it('is a regression when it falls silent while it is watched; an end is not claimed', async () => {
    const scene = await commandScene();
    await scene.ask('service.start', { by });
    const [old] = serversOf(scene.world);
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    await approveChange(scene, 'c1');
    await passUntil(scene.world, () => scene.latest('watch.started') !== undefined);
    for (const one of serversOf(scene.world)) if (one !== old) one.isAlive = false;
    await scene.until('r1', 'rolledBack');
    expect(scene.latest('watch.ended')).toMatchObject({
      outcome: 'silent',
      reason: expect.stringContaining('no answer for 15.0 s') as string,
    });
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'reverted' });
    expect(serversOf(scene.world)).toHaveLength(1);
  });

  it('holds the change when it cannot be stopped, and goes on by a resume', async () => {
    const scene = await commandScene((world) => swarm(world, 'fails'));
    await scene.ask('service.start', { by });
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    await approveChange(scene, 'c1');
    await scene.until('c1', 'switchHeld');
    swarm(scene.world);
    await scene.ask('run.resume', { run: 'r1', by });
    await scene.until('r1', 'done');
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'switched' });
  });

  it('is found again after a kill, not started twice, and its process is nobody to be swept', async () => {
    const scene = await commandScene();
    await scene.ask('service.start', { by });
    await scene.supervisor.kill();
    const next = startSupervisor(scene.world);
    await passUntil(scene.world, () => stateOfSubject(scene.world, 'supervisor:3') === 'ready');
    await scene.world.clock.advance(10_000);
    expect(serversOf(scene.world)).toHaveLength(1);
    expect(stateOfSubject(scene.world, 'i1')).toBe('healthy');
    expect(commandsOf(scene)).toHaveLength(1);
    await next.stop();
  });

  it.each([
    ['not run again while its server loads', 3_000, 1],
    ['run again when nothing has answered for the time of a start', 11_000, 2],
  ])('is, when a kill cut its start command off, %s', async (_what, loadsForMs, nStarts) => {
    const scene = await commandScene();
    const { world } = scene;
    const start = startOf(world);
    let isLoading = true;
    world.service.boot = () => (isLoading ? { ends: 'silent' } : {});
    world.processes.program('/opt/swarm/start', async (spec, ended) => {
      await start(spec);
      if (commandsOf(scene).length === 1) await new Promise((resolve) => ended.addEventListener('abort', resolve));
      return {};
    });
    void scene.ask('service.start', { by }).catch(() => undefined);
    await passUntil(world, () => commandsOf(scene).length === 1);
    await scene.supervisor.kill();
    const next = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'supervisor:3') === 'ready');
    for (let ms = 0; ms < loadsForMs; ms += 500) await world.clock.advance(500);
    isLoading = false;
    await passUntil(world, () => stateOfSubject(world, 'i1') === 'healthy');
    expect(commandsOf(scene)).toHaveLength(nStarts);
    await next.stop();
  });

  it('keeps its folder while a server that hangs may work in it, also at the next start of the supervisor', async () => {
    const scene = await commandScene((world) => {
      swarm(world, 'fails');
      world.service.boot = () => ({ ends: 'silent' });
      const start = startOf(world);
      world.processes.program('/opt/swarm/start', async (spec) => {
        world.ports.hold(8188);
        return start(spec);
      });
    });
    const { world } = scene;
    const folders = (): Promise<readonly string[]> => world.files.list('/home/anna/comfy-home/.orchestrate/instances');
    expect(await scene.ask('service.start', { by })).toMatchObject({
      kind: 'refused',
      fault: { code: 'INSTANCE_UNHEALTHY' },
    });
    expect(await folders()).toEqual(['i1']);
    await scene.supervisor.kill();
    const second = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'supervisor:3') === 'ready');
    expect(await folders()).toEqual(['i1']);
    await second.kill();
    world.ports.release(8188);
    const third = startSupervisor(world);
    await passUntil(world, () => stateOfSubject(world, 'supervisor:4') === 'ready');
    expect(await folders()).toEqual([]);
    await third.stop();
  });

  it('is told as silent within five seconds of its death, and as healthy when that program starts it again', async () => {
    const scene = await commandScene();
    await scene.ask('service.start', { by });
    const [server] = serversOf(scene.world);
    const diedMs = scene.world.clock.monotonicMs();
    if (server) server.isAlive = false;
    await scene.until('i1', 'degraded');
    expect(scene.world.clock.monotonicMs() - diedMs).toBeLessThan(5_000);
    await scene.until('i1', 'unresponsive');
    if (server) await scene.world.processes.start(server.spec);
    await scene.until('i1', 'healthy');
  });

  it('is asked for its log only while it answers, and within a time', async () => {
    const scene = await commandScene();
    await scene.ask('service.start', { by });
    const { service, clock } = scene.world;
    const asked: unknown[] = [];
    service.logTail = async (_url, _nLines, asks) => {
      asked.push(asks?.timeoutMs);
      return [];
    };
    await clock.advance(12_000);
    expect(new Set(asked)).toEqual(new Set([2_500]));
    service.boot = () => ({ ends: 'silent' });
    await passUntil(scene.world, () => stateOfSubject(scene.world, 'i1') === 'unresponsive');
    asked.length = 0;
    await clock.advance(60_000);
    expect(asked).toEqual([]);
  });
});

/** What the start command does now. */
function startOf(world: World): (spec: ProgramSpec) => Promise<Partial<ProgramResult>> {
  return async ({ env, cwd = '/' }) => {
    const args = JSON.parse(env['ORCHESTRATE_ARGS'] ?? '') as string[];
    await world.processes.start({
      program: env['ORCHESTRATE_PYTHON'] ?? '',
      args,
      cwd,
      env: {},
      logPath: '/var/log/swarm',
      mark: '',
    });
    return {};
  };
}

describe('production that nobody here starts', () => {
  const none = { service: ['mode: none'] };

  it('is neither started nor stopped, and says what to type', async () => {
    const scene = await supervised(none);
    for (const [kind, data] of [
      ['service.start', { by }],
      ['service.stop', { by, now: false }],
      ['service.restart', { by, now: false }],
    ] as const) {
      const answer = await scene.ask(kind, data as never);
      expect(answer).toMatchObject({
        kind: 'refused',
        fault: { code: 'SERVICE_NOT_OURS', state: 'Nothing was started or stopped.' },
      });
      expect(answer.kind === 'refused' && answer.fault.hints.join(' ')).toContain('service.mode');
    }
  });

  it('is not touched by a merge', async () => {
    const scene = await supervised(none);
    await upgrade(scene);
    await scene.until('c1', 'reviewing.deciding');
    await approveChange(scene, 'c1');
    await scene.until('r1', 'done');
    expect(scene.latest('service.switched')).toMatchObject({ outcome: 'not-running', instance: null });
    const composed = scene.world.ledgers.open().read({ kinds: ['instance.composed'], limit: 100 });
    expect(composed.map((one) => one.data['purpose'])).not.toContain('production');
  });
});
