import { describe, expect, it } from 'vitest';

import { entrySentence } from '../../../../src/app/views/journal-line.ts';
import type { EngineContext } from '../../../../src/engine/context.ts';
import { createHealthKeeper } from '../../../../src/engine/health/keeper.ts';
import { lookAtHealth } from '../../../../src/engine/health/look.ts';
import { nothingHappens, settled, startEngine } from '../../../fakes/fake-life.ts';
import { createFakeMachine } from '../../../fakes/fake-machine.ts';
import { createFakeMetrics } from '../../../fakes/fake-metrics.ts';
import { createWorld, homeDir } from '../../../fakes/fake-world.ts';

const gib = 1024 ** 3;
const dayMinutes = 1_440;

/** The same numbers each time, 0 to 1. */
function chance(): () => number {
  let seed = 7;
  return () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

/** An installation with a production that answers after a while, whose numbers swing; one in a hundred is far off. */
async function shaken(context: Partial<EngineContext> = {}) {
  const world = await createWorld({ service: ['mode: none'] });
  const machine = createFakeMachine();
  const random = chance();
  const now = { latencyMs: 5, diskGib: { least: 30, swing: 30 } };
  const service: typeof world.service = {
    ...world.service,
    async facts() {
      await world.clock.advance(now.latencyMs);
      const device = { type: 'cpu', name: 'cpu', memoryBytes: 16e9, freeBytes: 8e9 };
      const about = { comfyuiVersion: '0.3.64', pythonVersion: '3.12', pytorchVersion: '2.8.0', argv: [] };
      return { ...about, deviceType: 'cpu', deviceName: 'cpu', devices: [device] };
    },
    queue: async () => ({ running: 1, active: [], pending: [] }),
  };
  const outside = { ...world.context.outside, machine, service };
  const { engine } = await startEngine(world, { effects: nothingHappens, context: { outside, ...context } });
  const keeper = createHealthKeeper(engine);
  const shake = (): void => {
    const isOff = random() < 0.01;
    const { least, swing } = now.diskGib;
    const freeBytes = (isOff ? Math.min(8, least) : least + swing * random()) * gib;
    const path = homeDir;
    for (const one of [path, `${path}/models`, world.context.paths.state])
      machine.disks.set(one, { path, totalBytes: 100 * gib, freeBytes });
    const availableBytes = (random() < 0.01 ? 0.5 : 3 + 20 * random()) * gib;
    machine.memoryNow = { totalBytes: 32 * gib, availableBytes, swapUsedBytes: 0 };
    now.latencyMs = Math.round(random() < 0.01 ? 2_000 : 3 + 40 * random());
  };
  return {
    world,
    engine,
    machine,
    now,
    async pass(minutes: number) {
      for (let n = 0; n < minutes; n += 1) {
        shake();
        await keeper.look();
        await world.clock.advance(60_000);
      }
    },
    rows: (kind: string) => engine.ledger.read({ kinds: [kind] }),
  };
}

describe('a day', () => {
  it('that is quiet raises no alarm, though every number swings', async () => {
    const scene = await shaken();
    await scene.pass(dayMinutes);
    const { metrics } = scene.world.context;
    expect(metrics.series()).toEqual(
      expect.arrayContaining(['disk.free.home', 'memory.available', 'service.latency.8188', 'service.up']),
    );
    const all = metrics.read('service.latency.8188', { sinceMs: 0, limit: 9_999 }).map(({ value }) => value);
    expect([all.length, Math.max(...all)]).toEqual([dayMinutes, 2_000]);
    expect(scene.rows('health.moved')).toEqual([]);
    expect(scene.rows('alert.raised')).toEqual([]);
  });

  it('on which a disk fills raises one, and what it comes to is told with it', async () => {
    const scene = await shaken();
    await scene.pass(dayMinutes / 2);
    scene.now.diskGib = { least: 4, swing: 4 };
    await scene.pass(60);
    expect(scene.rows('alert.raised').map(({ data }) => data)).toMatchObject([
      { key: 'disk:short', severity: 'warning', cause: null },
    ]);
    scene.now.diskGib = { least: 0.5, swing: 1 };
    await scene.pass(60);
    expect(scene.rows('alert.raised').map(({ data }) => data)).toMatchObject([
      { key: 'disk:short' },
      { key: 'disk:full', severity: 'critical', cause: null },
    ]);
    expect(scene.rows('alert.followed').map(({ data }) => data)).toMatchObject([{ key: 'disk:short', cause: 'a2' }]);
    scene.now.diskGib = { least: 30, swing: 30 };
    await scene.pass(60);
    expect(scene.rows('alert.ended')).toHaveLength(2);
  });

  it('on which memory is short tells it once it was seen three times', async () => {
    const scene = await shaken();
    await scene.pass(60);
    Object.defineProperty(scene.machine, 'memoryNow', {
      set: () => {},
      get: () => ({ totalBytes: 32e9, availableBytes: 1e9, swapUsedBytes: 0 }),
    });
    await scene.pass(2);
    expect(scene.rows('health.moved')).toEqual([]);
    await scene.pass(10);
    expect(scene.rows('health.moved').map((entry) => entrySentence(entry))).toEqual([
      'memory was good and is critical: 1.0 GB of 32 GB memory available',
    ]);
  });
});

describe('measured values that cannot be read or kept', () => {
  it('keep nobody from judging what was measured', async () => {
    const broken = (): never => {
      throw new Error('database disk image is malformed');
    };
    const metrics = { ...createFakeMetrics(), read: broken, append: async () => broken() };
    const scene = await shaken({ metrics });
    scene.now.diskGib = { least: 0.5, swing: 1 };
    await scene.pass(2);
    expect(scene.rows('alert.raised').map(({ data }) => data)).toMatchObject([{ key: 'disk:full' }]);
  });
});

describe('a look that is slow', () => {
  it('at the trash is beside the round, and its result comes with a later one', async () => {
    const scene = await shaken();
    const { files } = scene.engine.outside;
    const { metrics } = scene.world.context;
    const answers: ((bytes: number) => void)[] = [];
    files.sizeBytes = () => new Promise((resolve) => answers.push(resolve));
    await scene.pass(3);
    expect(metrics.series()).not.toContain('size.trash');
    for (const bytes of [5, 7]) {
      answers.shift()?.(bytes);
      await settled();
    }
    await scene.pass(61);
    expect(metrics.read('size.trash', { sinceMs: 0, limit: 9 }).map(({ value }) => value)).toEqual([7]);
    expect(answers).toHaveLength(1);
  });

  it('at the disk of a folder leaves the others known, and that one unknown', async () => {
    const scene = await shaken();
    scene.machine.disks.set(`${homeDir}/models`, 'silent');
    const parts = await lookAtHealth(scene.engine, { isDeep: false });
    const disk = parts.find(({ part }) => part === 'disk');
    expect(disk).toMatchObject({
      state: 'unknown',
      evidence: [expect.stringContaining('models: not known'), expect.anything()],
    });
    expect(disk?.sentence).toMatch(/^not known of models; .* free where there is least/);
  });

  it('at the queue is over with the time that an answer has', async () => {
    const scene = await shaken();
    const { service } = scene.engine.outside;
    const limits: unknown[] = [];
    service.queue = async (_, options) => {
      limits.push(options?.timeoutMs);
      return { running: 0, active: [], pending: [] };
    };
    await scene.pass(1);
    expect(limits).toEqual([2_500]);
  });
});
