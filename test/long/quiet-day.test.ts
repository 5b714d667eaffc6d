import { expect, it } from 'vitest';

import { dataOf, type JournalKind } from '../../src/domain/journal/kinds.ts';
import { createAlertKeeper } from '../../src/engine/alerts/keeper.ts';
import { createLogWatch } from '../../src/engine/diagnosis/watch-logs.ts';
import { createHealthKeeper } from '../../src/engine/health/keeper.ts';
import { watchEveryMs, watchProduction } from '../../src/engine/instances/watch.ts';
import { createServiceKeeper } from '../../src/engine/services/look-after.ts';
import type { Entry } from '../../src/ports/index.ts';
import { startEngine } from '../fakes/fake-life.ts';
import type { World } from '../fakes/fake-world.ts';
import { by, supervised } from '../unit/engine/supervisor/supervised-scene.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const gib = 1024 ** 3;

/** The same numbers each time, 0 to 1. */
function chance(): () => number {
  let seed = 11;
  return () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

interface Day {
  readonly world: World;
  /** Lets people work for so long, with pauses: everything takes now longer, now shorter. */
  pass(ms: number): Promise<void>;
  /** Prompts that began and do not get on from now on. */
  hang(): void;
  rows(kind: JournalKind): readonly Entry[];
  alarms(): string[];
}

/** Production, with people who post prompts, models that come and go, and a server that is busy for a moment now and then. */
async function day(): Promise<Day> {
  const scene = await supervised();
  await scene.ask('service.start', { by });
  await scene.supervisor.kill();
  const { world } = scene;
  const { clock, service, files, machine } = world;
  const { engine, ledger } = await startEngine(world);
  const looks = [
    createServiceKeeper(engine, (error) => {
      throw error;
    }),
    createLogWatch(engine),
    createHealthKeeper(engine),
    createAlertKeeper(engine),
  ];
  const random = chance();
  const between = (least: number, most: number): number => Math.round(least + (most - least) * random());
  const { spec, pid = 0 } = world.processes.services.at(-1) ?? {};
  const log = spec?.logPath ?? '';
  const port = Number(spec?.args[spec.args.indexOf('--port') + 1]);
  const taken = { residentBytes: 2 * gib, cpuMs: 5_000, openFiles: 40, state: 'S' };
  let isHung = false;
  let nPrompts = 0;
  machine.processes.set(pid, taken);
  files.put(log, `To see the GUI go to: http://127.0.0.1:${port}\n`);

  /** What the supervisor looks at in each of its rounds. */
  const rounds = async (ms: number): Promise<void> => {
    for (const untilMs = clock.monotonicMs() + ms; clock.monotonicMs() < untilMs;) {
      await watchProduction(engine);
      for (const one of looks) await one.look();
      await clock.advance(watchEveryMs);
    }
  };
  /** In one of fifty pauses nothing is answered for a moment, of up to half of what counts as a hang. */
  const pause = async (ms: number): Promise<void> => {
    const silentMs = random() < 0.02 ? Math.min(ms, between(500, 20_000)) : 0;
    if (silentMs > 0) service.boot = () => ({ ends: 'silent' });
    await rounds(silentMs);
    service.boot = () => ({});
    await rounds(ms - silentMs);
  };
  const work = async (): Promise<void> => {
    nPrompts += 1;
    const promptId = `p${nPrompts}`;
    service.begin(port, { prompt_id: promptId });
    files.append(log, 'got prompt\n');
    machine.processes.set(pid, { ...taken, residentBytes: between(2, 12) * gib });
    // A model that is loaded says nothing, and takes memory and time.
    await pause(between(1_000, 30_000));
    for (let step = between(4, 30); step > 0 && !isHung; step -= 1) {
      files.append(log, ` ${step}|#  | [00:${between(10, 59)}<00:30, ${random().toFixed(2)}s/it]\r`);
      taken.cpuMs += between(500, 9_000);
      await pause(between(200, 9_000));
    }
    if (isHung) return;
    service.finish(port, promptId);
    files.append(log, `Prompt executed in ${between(3, 90)}.50 seconds\n`);
  };
  const rows = (kind: JournalKind): readonly Entry[] => ledger.read({ kinds: [kind], limit: 100 });
  return {
    world,
    async pass(ms) {
      for (const untilMs = clock.monotonicMs() + ms; clock.monotonicMs() < untilMs;) {
        machine.memoryNow = { totalBytes: 32 * gib, availableBytes: between(4, 20) * gib, swapUsedBytes: 0 };
        if (isHung) {
          await pause(minuteMs);
          continue;
        }
        await work();
        // Few work at night.
        const isNight = clock.monotonicMs() % dayMs > dayMs * 0.7;
        await pause(isNight ? between(10, 40) * minuteMs : between(10_000, 8 * minuteMs));
      }
    },
    hang() {
      isHung = true;
      service.begin(port, { prompt_id: 'still' });
    },
    rows,
    alarms: () => rows('alert.raised').map((entry) => dataOf('alert.raised', entry)?.key ?? ''),
  };
}

it('a quiet day of production raises no alarm, though everything takes now longer, now shorter', async () => {
  const { pass, rows, alarms } = await day();
  await pass(dayMs);
  expect(alarms()).toEqual([]);
  expect([...rows('service.hung'), ...rows('service.judged')]).toEqual([]);
  process.stdout.write(`quiet day: ${alarms().length} alarms\n`);
});

it('a day on which one prompt hangs and the service dies raises one each', async () => {
  const { world, pass, hang, alarms } = await day();
  await pass(dayMs / 24);
  hang();
  await pass(10 * minuteMs);
  expect(alarms()).toEqual(['service:hung']);
  for (const one of world.processes.services) one.isAlive = false;
  await pass(10 * minuteMs);
  expect(alarms()).toEqual(['service:hung', 'service:down']);
});
