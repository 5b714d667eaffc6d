import { describe, expect, it } from 'vitest';

import { diesAfter, passUntil, startSupervisor } from '../../../fakes/fake-life.ts';
import { by, type Scene, supervised } from '../supervisor/supervised-scene.ts';

interface Up extends Scene {
  readonly port: number;
  readonly logPath: string;
  /** The newest row about a hang. */
  told(): unknown;
}

/** Production that is up, on a machine that says what its process takes. */
async function up(): Promise<Up> {
  const scene = await supervised();
  await scene.ask('service.start', { by });
  const { spec, pid = 0 } = scene.world.processes.services.at(-1) ?? {};
  const args = spec?.args ?? [];
  const rests = { residentBytes: 1e9, cpuMs: 5_000, openFiles: 10, state: 'S' };
  scene.world.machine.processes.set(pid, rests);
  const logPath = spec?.logPath ?? '';
  scene.world.files.put(logPath, 'To see the GUI go to: http://127.0.0.1:8188\n');
  const told = () => scene.world.ledgers.open().read({ key: 'service:hung', descending: true, limit: 1 })[0]?.kind;
  return { ...scene, port: Number(args[args.indexOf('--port') + 1]), logPath, told };
}

const alertNow = (scene: Scene) => scene.world.ledgers.open().latest('alert-key:service:hung')?.kind;

describe('production whose queue stands still', () => {
  it('is told once within 60 s, while people go on posting, and is over when the prompt ends', async () => {
    const scene = await up();
    const { service, clock, files } = scene.world;
    const beganMs = clock.monotonicMs();
    service.begin(scene.port, { prompt_id: 'p1' });
    await passUntil(scene.world, async () => {
      files.append(scene.logPath, 'got prompt\n');
      return scene.told() !== undefined;
    });
    expect(clock.monotonicMs() - beganMs).toBeLessThanOrEqual(60_000);
    expect(scene.latest('service.hung')).toMatchObject({ instance: 'i1', cause: 'queue', subject: 'p1' });
    expect(alertNow(scene)).toBe('alert.raised');
    await clock.advance(120_000);
    expect(scene.world.ledgers.open().read({ kinds: ['service.hung'], limit: 10 })).toHaveLength(1);
    service.finish(scene.port, 'p1');
    await passUntil(scene.world, () => scene.told() === 'service.unhung');
    expect(alertNow(scene)).toBe('alert.ended');
  });

  it('is left alone while a slow prompt writes its steps, and over a long time without work', async () => {
    const scene = await up();
    const { service, clock, files } = scene.world;
    service.begin(scene.port, { prompt_id: 'p1' });
    for (let step = 1; step <= 10; step += 1) {
      await clock.advance(30_000);
      files.append(scene.logPath, ` ${step * 10}%|#  | ${step}/10 [00:30<00:30, 30.00s/it]\r`);
    }
    service.finish(scene.port, 'p1');
    await clock.advance(600_000);
    expect(scene.told()).toBeUndefined();
  });

  it('is told as dead in its worker as soon as the log says so', async () => {
    const scene = await up();
    await scene.world.clock.advance(10_000);
    scene.world.files.append(scene.logPath, 'Exception in thread Thread-3 (prompt_worker):\n');
    const beganMs = scene.world.clock.monotonicMs();
    await passUntil(scene.world, () => scene.told() !== undefined);
    expect(scene.world.clock.monotonicMs() - beganMs).toBeLessThanOrEqual(10_000);
    expect(scene.latest('service.hung')).toMatchObject({ cause: 'worker' });
  });

  it('is told as dead in its worker where the log said so before anybody looked', async () => {
    const scene = await up();
    scene.world.files.append(scene.logPath, 'Exception in thread Thread-3 (prompt_worker):\n');
    await scene.supervisor.kill();
    startSupervisor(scene.world);
    await passUntil(scene.world, () => scene.told() !== undefined);
    expect(scene.latest('service.hung')).toMatchObject({ cause: 'worker' });
  });

  it('stays dead in its worker for the next supervisor, whatever it is busy with, until it is ended', async () => {
    const scene = await up();
    await scene.world.clock.advance(10_000);
    scene.world.files.append(scene.logPath, 'Exception in thread Thread-3 (prompt_worker):\n');
    await passUntil(scene.world, () => scene.told() !== undefined);
    await scene.supervisor.kill();
    startSupervisor(scene.world);
    scene.world.service.begin(scene.port, { prompt_id: 'p1' });
    await scene.world.clock.advance(30_000);
    scene.world.service.finish(scene.port, 'p1');
    await scene.world.clock.advance(30_000);
    expect([scene.told(), alertNow(scene)]).toEqual(['service.hung', 'alert.raised']);
    await scene.ask('service.stop', { by, now: true });
    await passUntil(scene.world, () => scene.told() === 'service.unhung');
    expect(scene.latest('service.unhung')).toEqual({ instance: 'i1', how: 'ended' });
  });

  it('is told as held by the kernel when a process that it started is', async () => {
    const scene = await up();
    const { world } = scene;
    const [production] = await world.processes.findMarked(() => true);
    const { findMarked } = world.processes;
    const child = { pid: 7_001, startTime: 'later', argv: ['ffmpeg'], mark: production?.mark ?? '' };
    world.processes.findMarked = async (matches) => [
      ...(await findMarked(matches)),
      ...(matches(child.mark) ? [child] : []),
    ];
    world.machine.processes.set(child.pid, { residentBytes: 1, cpuMs: 0, openFiles: 1, state: 'D' });
    world.service.boot = () => ({ ends: 'silent' });
    await passUntil(world, () => scene.told() !== undefined);
    expect(scene.latest('service.hung')).toMatchObject({ cause: 'silent', isHeldByKernel: true });
  });

  it('is told as silent when nothing is answered, with the word of the kernel, and is over when it is stopped', async () => {
    const scene = await up();
    const { pid = 0 } = scene.world.processes.services.at(-1) ?? {};
    scene.world.service.boot = () => ({ ends: 'silent' });
    scene.world.machine.processes.set(pid, { residentBytes: 1e9, cpuMs: 0, openFiles: 10, state: 'D' });
    const beganMs = scene.world.clock.monotonicMs();
    await passUntil(scene.world, () => scene.told() !== undefined);
    expect(scene.world.clock.monotonicMs() - beganMs).toBeLessThanOrEqual(60_000);
    expect(scene.latest('service.hung')).toMatchObject({ cause: 'silent', isHeldByKernel: true });
    await scene.ask('service.stop', { by, now: true });
    await passUntil(scene.world, () => scene.told() === 'service.unhung');
    expect(scene.latest('service.unhung')).toEqual({ instance: 'i1', how: 'ended' });
  });

  it.each([
    ['raised', 'service.hung', 'alert.raised'],
    ['ended', 'service.unhung', 'alert.ended'],
  ] as const)(
    'has its alert %s by the next supervisor where one was killed right after the row',
    async (_, kind, alert) => {
      const scene = await up();
      await scene.supervisor.kill();
      const dead = diesAfter(scene.world, kind);
      startSupervisor(scene.world);
      scene.world.service.begin(scene.port, { prompt_id: 'p1' });
      await passUntil(scene.world, () => scene.told() === 'service.hung');
      await scene.world.clock.advance(10_000);
      scene.world.service.finish(scene.port, 'p1');
      await passUntil(scene.world, () => dead.isDead);
      expect(scene.latest(alert)).toBeUndefined();
      startSupervisor(scene.world);
      await passUntil(scene.world, () => scene.latest(alert) !== undefined);
      expect(scene.latest(alert)).toMatchObject({ key: 'service:hung' });
    },
  );

  it('is not told a second time by the next supervisor', async () => {
    const scene = await up();
    scene.world.service.begin(scene.port, { prompt_id: 'p1' });
    await passUntil(scene.world, () => scene.told() !== undefined);
    await scene.supervisor.kill();
    startSupervisor(scene.world);
    await scene.world.clock.advance(120_000);
    expect(scene.world.ledgers.open().read({ key: 'service:hung', limit: 10 })).toHaveLength(1);
    scene.world.service.finish(scene.port, 'p1');
    await passUntil(scene.world, () => scene.told() === 'service.unhung');
  });
});
