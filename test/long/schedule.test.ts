import * as fs from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isAlive, signal, until } from '../support/fault-processes.ts';
import type { Mutation } from '../support/fault-program.ts';
import { type FaultWorld, inMutant } from '../support/fault-world.ts';
import { sceneWorld } from '../support/scene-home.ts';

/** Fires of `schedule show`, as far as they are looked at. */
interface Shown {
  readonly watch: string;
  readonly fires: readonly {
    readonly dueMs: number;
    readonly outcome: string;
    readonly run: string | null;
    readonly report: string | null;
  }[];
}

let world: FaultWorld;
beforeAll(async () => {
  world = await sceneWorld();
});
afterAll(() => world.remove());

const show = async (): Promise<Shown> =>
  (await world.ok(['schedule', 'show', 'quarter-minutes', '--json'])).json as unknown as Shown;

describe('a schedule of the packed program', () => {
  it('fires three times, each with a run of its own and its report', async () => {
    const add = ['schedule', 'add', 'quarter minutes', '--cron', '*/15 * * * * *', '--playbook', 'update-report'];
    await world.ok([...add, '--json']);
    let shown = await show();
    const isEnough = (): boolean => shown.fires.filter(({ outcome }) => outcome === 'done').length >= 3;
    for (const untilMs = Date.now() + 180_000; !isEnough() && Date.now() < untilMs; shown = await show())
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    await world.ok(['schedule', 'pause', 'quarter-minutes', '--json']);

    const done = shown.fires.filter(({ outcome }) => outcome === 'done');
    expect(done.length).toBeGreaterThanOrEqual(3);
    expect(new Set(done.map(({ run }) => run)).size).toBe(done.length);
    expect(new Set(done.map(({ dueMs }) => dueMs)).size).toBe(done.length);
    for (const { dueMs, run, report } of done) {
      expect(dueMs % 15_000).toBe(0);
      expect(fs.readFileSync(report ?? '', 'utf8')).toContain(run ?? 'a run');
    }
    // It runs because it was asked for a moment ago: it would end by itself, and says so.
    expect(shown.watch).toBe('while-busy');
  });
});

/** Runs of the schedule `thirds`, as `[when it was due, run]`, oldest first. */
const firesOf = (at: FaultWorld): readonly (readonly [number, string])[] =>
  at.rows('run.created').flatMap(({ data }) => {
    const fire = data['fire'] as { readonly schedule: string; readonly dueMs: number | null } | undefined;
    return fire?.schedule === 'thirds' && fire.dueMs !== null ? [[fire.dueMs, data['run'] as string]] : [];
  });

const nTimes = (at: FaultWorld): number => new Set(firesOf(at).map(([dueMs]) => dueMs)).size;

/** Kills the supervisor and starts the next one. */
async function killAndStart(at: FaultWorld): Promise<void> {
  const pid = at.supervisorPid();
  signal(pid, 'SIGKILL');
  await until('the supervisor to be gone', () => !isAlive(pid), 15_000);
  at.start(['supervise', at.home]);
}

/**
 * Kills the supervisor as soon as a fire is on record, and another one shortly before a time comes. Returns the fires once four times
 * had come.
 */
async function firesOverKills(at: FaultWorld): Promise<readonly (readonly [number, string])[]> {
  await at.ok(['schedule', 'add', 'thirds', '--cron', '*/20 * * * * *', '--playbook', 'update-report', '--json']);
  await until('the first fire', () => firesOf(at).length > 0, 120_000, 5);
  await killAndStart(at);
  await until('the next time', () => nTimes(at) > 1, 120_000);
  const nextMs = (firesOf(at).at(-1)?.[0] ?? 0) + 20_000;
  await until('shortly before a time', () => nextMs - Date.now() < 1_500, 60_000);
  await killAndStart(at);
  await until('four times', () => nTimes(at) > 3, 180_000);
  await at.ok(['schedule', 'pause', 'thirds', '--json']);
  return firesOf(at);
}

/** What was fired is known to the process that fired it, and to no other. */
const onlyInMemory: readonly Mutation[] = [
  {
    file: 'engine/schedules/fire.ts',
    find: '...(dueMs === null ? [] : [`due:${id}`, dueKey(id, dueMs)])',
    replace: '...((globalThis.lastFired = dueMs), [])',
  },
  {
    file: 'engine/schedules/tend.ts',
    find: 'const lastMs = isNewer && dueMs !== undefined ? dueMs : sinceMs;',
    replace: 'const lastMs = globalThis.lastFired ?? sinceMs;',
  },
];

describe('a time that comes', () => {
  it('starts one run, though what fires it is killed right then', async () => {
    await world.ok(['schedule', 'remove', 'quarter-minutes', '--json']);
    const fires = await firesOverKills(world);
    const times = fires.map(([dueMs]) => dueMs);
    expect(new Set(times).size, JSON.stringify(fires)).toBe(times.length);
    expect(new Set(fires.map(([, run]) => run)).size).toBe(fires.length);
    // None is lost: each time between the first and the last has its run, or a row that says why not.
    const told = world.rows('schedule.missed').flatMap(({ data }) => (data['schedule'] === 'thirds' ? [data] : []));
    const [first = 0] = times;
    for (let dueMs = first; dueMs <= (times.at(-1) ?? 0); dueMs += 20_000) {
      const isTold = told.some(({ fromMs, toMs }) => Number(fromMs) <= dueMs && dueMs <= Number(toMs));
      expect(times.includes(dueMs) || isTold, new Date(dueMs).toISOString()).toBe(true);
    }
  });

  it('starts two in a program that has only in memory what it fired: the control', async () => {
    const times = await inMutant(onlyInMemory, async (mutant) => {
      await mutant.ok(['service', 'start', '--json']);
      return (await firesOverKills(mutant)).map(([dueMs]) => dueMs);
    });
    expect(new Set(times).size).toBeLessThan(times.length);
  });
});
