import { describe, expect, it } from 'vitest';

import { dataOf, type JournalKind, type JournalKinds } from '../../../../src/domain/journal/kinds.ts';
import { schedulesFile } from '../../../../src/domain/schedules/file.ts';
import type { Schedule } from '../../../../src/domain/schedules/schedule.ts';
import { setCondition } from '../../../../src/engine/conditions/move.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { scheduleRequests } from '../../../../src/engine/requests/schedules.ts';
import { createScheduleKeeper } from '../../../../src/engine/schedules/keeper.ts';
import { type Life, nothingHappens, startEngine } from '../../../fakes/fake-life.ts';
import { anna, createWorld, type World } from '../../../fakes/fake-world.ts';

const nightly: Schedule = {
  ...{ id: 'nightly', title: 'nightly', cron: '0 3 * * *', zone: 'UTC', goal: 'upgrade numpy', playbook: null },
  ...{ inputs: {}, yes: false, catchUpMs: 3_600_000, catchUpMost: 1, jitterMs: 0, pauseAfter: 2 },
  overlap: 'skip',
  ...{ onlyIf: null, within: null },
};
const day = (n: number, hour: number, minute = 0): number => Date.UTC(2026, 0, n, hour, minute);

interface Night {
  readonly world: World;
  life: Life;
  /** Looks twice: what follows a fire is worked out at the next look. */
  look(atMs: number): Promise<void>;
  add(more?: Partial<Schedule>): Promise<void>;
  ask<Kind extends keyof typeof scheduleRequests>(
    kind: Kind,
    data: Parameters<(typeof scheduleRequests)[Kind]>[1],
  ): Promise<void>;
  close(run: string, state?: string): Promise<void>;
  /** Another process, over the same rows. */
  kill(): Promise<void>;
}

async function night(): Promise<Night> {
  const world = await createWorld();
  world.clock.setNowMs(day(1, 0));
  let life = await startEngine(world, { effects: nothingHappens });
  let keeper = createScheduleKeeper(life.engine);
  const made: Night = {
    world,
    life,
    async look(atMs) {
      world.clock.setNowMs(atMs);
      await keeper.look();
      await keeper.look();
    },
    add(more = {}) {
      return this.ask('schedule.add', { schedule: { ...nightly, ...more }, replaces: true, by: anna });
    },
    async ask(kind, data) {
      const id = await life.ledger.request(kind, data as never);
      const handler = scheduleRequests[kind] as unknown as (engine: Engine, data: unknown, id: number) => Promise<void>;
      await handler(life.engine, data, id);
    },
    async close(run, state = 'done') {
      await life.ledger.append([
        { kind: 'run.closed', run, keys: [`close:${run}`], data: { run, state, freed: [], report: null } },
      ]);
    },
    async kill() {
      await life.kill();
      life = await startEngine(world, { effects: nothingHappens });
      this.life = life;
      keeper = createScheduleKeeper(life.engine);
    },
  };
  return made;
}

function rows<Kind extends JournalKind>({ world }: Night, kind: Kind): readonly JournalKinds[Kind][] {
  const found: JournalKinds[Kind][] = [];
  for (const entry of world.ledgers.open().read({ kinds: [kind], limit: 1_000 })) {
    const data = dataOf(kind, entry);
    if (data !== undefined) found.push(data);
  }
  return found;
}
const fired = (scene: Night) => rows(scene, 'run.created').map(({ run, fire }) => [run, fire?.dueMs ?? null]);

describe('a schedule that is due', () => {
  it('starts one run at its time, in the name of the one who added it', async () => {
    const scene = await night();
    await scene.add();
    await scene.look(day(1, 2, 59));
    expect(fired(scene)).toEqual([]);
    await scene.look(day(1, 3));
    await scene.look(day(1, 3, 1));
    expect(rows(scene, 'run.created')).toMatchObject([
      {
        by: anna,
        goal: 'upgrade numpy',
        fire: { schedule: 'nightly', dueMs: day(1, 3), lateMs: 0 },
        options: { yes: false },
      },
    ]);
  });

  it('starts the next process’s fires where the killed one stopped: each time once', async () => {
    const scene = await night();
    await scene.add();
    await scene.look(day(1, 3));
    await scene.kill();
    await scene.look(day(1, 3, 0));
    expect(fired(scene)).toHaveLength(1);
    await scene.close('r1');
    await scene.kill();
    await scene.look(day(2, 3));
    expect(fired(scene)).toEqual([
      ['r1', day(1, 3)],
      ['r2', day(2, 3)],
    ]);
  });

  it('says what nobody was there for, and catches up with what is not too late', async () => {
    const scene = await night();
    await scene.add();
    await scene.kill();
    await scene.look(day(4, 3, 30));
    expect(rows(scene, 'schedule.missed')).toMatchObject([
      { schedule: 'nightly', fromMs: day(1, 3), toMs: day(3, 3), count: 3, why: 'late' },
    ]);
    expect(rows(scene, 'run.created')).toMatchObject([{ fire: { dueMs: day(4, 3), lateMs: 1_800_000 } }]);
  });

  it('does not start the same time twice when the clock is put back', async () => {
    const scene = await night();
    await scene.add();
    await scene.look(day(1, 3));
    await scene.close('r1');
    await scene.look(day(1, 2, 30));
    await scene.look(day(1, 3));
    await scene.look(day(1, 3, 1));
    expect(fired(scene)).toHaveLength(1);
    await scene.look(day(2, 3));
    expect(fired(scene)).toHaveLength(2);
  });

  it('passes by what fired under a fast clock, and goes on with the hours after it', async () => {
    const scene = await night();
    scene.world.clock.setNowMs(day(1, 9, 30));
    await scene.add({ cron: '0 * * * *', catchUpMs: 7 * 86_400_000, catchUpMost: 20 });
    for (const [hour, minute] of [
      [10, 0],
      [8, 45],
      [9, 0],
      [10, 0],
      [9, 50],
      [10, 0],
      [10, 1],
      [11, 0],
      [12, 0],
    ] as const) {
      await scene.look(day(1, hour, minute));
      const run = fired(scene).at(-1)?.[0] ?? '';
      if (scene.life.ledger.latest(`close:${run}`) === undefined) await scene.close(String(run));
    }
    expect(fired(scene).map(([, dueMs]) => dueMs)).toEqual([10, 9, 11, 12].map((hour) => day(1, hour)));
    expect(rows(scene, 'schedule.missed')).toEqual([]);
  });

  it('goes on after a clock was years ahead, though the process was killed in between', async () => {
    const scene = await night();
    await scene.add();
    await scene.look(Date.UTC(2036, 0, 1, 3));
    await scene.close('r1');
    await scene.look(day(1, 4));
    await scene.kill();
    await scene.look(day(1, 5));
    await scene.look(day(2, 3));
    expect(fired(scene).at(-1)).toEqual(['r2', day(2, 3)]);
  });
});

describe('a fire that starts no run', () => {
  it('is left out while the run before goes on, and said when that ends', async () => {
    const scene = await night();
    await scene.add({ cron: '0 * * * *' });
    await scene.look(day(1, 1));
    await scene.look(day(1, 4, 1));
    expect(rows(scene, 'schedule.missed')).toEqual([]);
    await scene.close('r1');
    await scene.look(day(1, 4, 2));
    expect(rows(scene, 'schedule.missed')).toMatchObject([{ fromMs: day(1, 2), toMs: day(1, 4), why: 'overlap' }]);
    await scene.look(day(1, 5));
    expect(fired(scene).at(-1)).toEqual(['r2', day(1, 5)]);
  });

  it('calls the run before off where it is to', async () => {
    const scene = await night();
    await scene.add({ cron: '0 * * * *', overlap: 'cancel-old' });
    await scene.look(day(1, 1));
    await scene.look(day(1, 2));
    expect(scene.life.engine.host.find('r1')?.state).toBe('cancelled');
    expect(fired(scene)).toHaveLength(1);
    await scene.close('r1', 'cancelled');
    await scene.look(day(1, 2, 1));
    expect(fired(scene).at(-1)).toEqual(['r2', day(1, 2)]);
  });

  it('says that its check does not hold, and fires once it does', async () => {
    const scene = await night();
    const onlyIf = 'conditions["ops-maint:quiet"]';
    await scene.add({ onlyIf });
    await scene.look(day(1, 3));
    expect(fired(scene)).toEqual([]);
    expect(rows(scene, 'schedule.missed')).toMatchObject([{ why: 'check', because: onlyIf, count: 1 }]);
    const { engine } = scene.life;
    await setCondition(engine, { name: 'ops-maint:quiet', by: anna, evidence: [], expiresAtMs: null, answers: [] });
    await scene.look(day(2, 3));
    expect(fired(scene)).toEqual([['r1', day(2, 3)]]);
  });

  it('says that it is outside of its times', async () => {
    const scene = await night();
    const within = { kind: 'window', days: ['sat'], from: '02:00', to: '05:00', zone: 'UTC' } as const;
    await scene.add({ within });
    await scene.look(day(2, 3));
    expect(rows(scene, 'schedule.missed').map(({ why }) => why)).toEqual(['late', 'window']);
    // 3 January 2026 is a Saturday.
    await scene.look(day(3, 3));
    expect(fired(scene)).toEqual([['r1', day(3, 3)]]);
  });
});

describe('a schedule that fails', () => {
  it('pauses after so many failures in a row, and fires again when it is resumed', async () => {
    const scene = await night();
    await scene.add();
    for (const n of [1, 2]) {
      await scene.look(day(n, 3));
      await scene.close(`r${n}`, 'failed');
      await scene.look(day(n, 3, 5));
    }
    expect(rows(scene, 'schedule.paused')).toMatchObject([{ schedule: 'nightly', failures: ['r2', 'r1'] }]);
    await scene.look(day(3, 3));
    expect(fired(scene)).toHaveLength(2);
    await scene.ask('schedule.resume', { id: 'nightly', by: anna });
    await scene.look(day(4, 3));
    expect(fired(scene).at(-1)).toEqual(['r3', day(4, 3)]);
    expect(rows(scene, 'schedule.missed')).toEqual([]);
  });

  it('does not pause where one in between did not', async () => {
    const scene = await night();
    await scene.add();
    for (const [index, state] of ['failed', 'done', 'failed'].entries()) {
      await scene.look(day(index + 1, 3));
      await scene.close(`r${index + 1}`, state);
      await scene.look(day(index + 1, 3, 5));
    }
    expect(rows(scene, 'schedule.paused')).toEqual([]);
  });
});

describe('what is asked about schedules', () => {
  const refused = (work: Promise<void>) =>
    work.then(
      () => 'taken',
      (error: { code: string }) => error.code,
    );

  it('refuses what is there, is not there, cannot be, or is no person’s', async () => {
    const scene = await night();
    await scene.add();
    const add = (schedule: Partial<Schedule>, by: { kind: 'person' | 'program'; name: string } = anna) =>
      refused(scene.ask('schedule.add', { schedule: { ...nightly, ...schedule }, replaces: false, by }));
    expect(await add({})).toBe('SCHEDULE_EXISTS');
    expect(await add({ id: 'b', cron: '0 0 31 2 *' })).toBe('SCHEDULE_INVALID');
    expect(await add({ id: 'b', zone: 'Mars/Base' })).toBe('SCHEDULE_INVALID');
    expect(await add({ id: 'b', goal: 'dance' })).toBe('GOAL_UNKNOWN');
    expect(await add({ id: 'b', goal: 'b', playbook: 'upgrade-package' })).toBe('SCHEDULE_INVALID');
    expect(await add({ id: 'b' }, { kind: 'program', name: 'agent' })).toBe('REVIEW_SELF');
    expect(await refused(scene.ask('schedule.pause', { id: 'c', reason: 'x', by: anna }))).toBe('SCHEDULE_NOT_FOUND');
    expect(await refused(scene.ask('schedule.resume', { id: 'nightly', by: anna }))).toBe('NOTHING_TO_DO');
    expect(rows(scene, 'schedule.added')).toHaveLength(1);
  });

  it('fires by hand, once at a time, and never with the yes of somebody else', async () => {
    const scene = await night();
    await scene.add({ yes: true });
    await scene.ask('schedule.run', { id: 'nightly', by: { kind: 'person', name: 'bob' } });
    expect(rows(scene, 'run.created')).toMatchObject([
      { by: { name: 'bob' }, options: { yes: false }, fire: { dueMs: null } },
    ]);
    expect(await refused(scene.ask('schedule.run', { id: 'nightly', by: anna }))).toBe('SCHEDULE_RUNNING');
    await scene.close('r1');
    await scene.look(day(1, 3));
    expect(rows(scene, 'run.created')[1]).toMatchObject({
      by: anna,
      options: { yes: true },
      fire: { dueMs: day(1, 3) },
    });
  });
});

describe('ops/schedules.yaml of the branch', () => {
  const merge = ({ world }: Night, text: string): unknown => world.home.commitByHand({ [schedulesFile]: text });
  const text = 'schedules:\n  nightly:\n    cron: "0 4 * * *"\n    goal: upgrade numpy\n';

  it('declares schedules that come and go with it, and cannot be removed by a command', async () => {
    const scene = await night();
    await scene.add();
    merge(scene, text);
    await scene.look(day(1, 1));
    await scene.look(day(1, 3));
    expect(fired(scene)).toEqual([]);
    await scene.look(day(1, 4));
    expect(fired(scene)).toEqual([['r1', day(1, 4)]]);
    expect(rows(scene, 'run.created')).toMatchObject([
      { by: { kind: 'rule', name: schedulesFile }, options: { yes: false } },
    ]);
    const asked = scene.ask('schedule.remove', { id: 'nightly', reason: null, by: anna });
    await expect(asked).rejects.toMatchObject({ code: 'SCHEDULE_DECLARED' });
    merge(scene, 'schedules: {}\n');
    await scene.look(day(1, 5));
    expect(rows(scene, 'schedule.removed')).toHaveLength(1);
  });

  it('that cannot be read leaves all as it is, and says why once', async () => {
    const scene = await night();
    merge(scene, text);
    await scene.look(day(1, 1));
    merge(scene, text.replace('0 4', '99 4'));
    await scene.look(day(1, 2));
    await scene.kill();
    await scene.look(day(1, 2, 1));
    expect(rows(scene, 'schedule.declared')).toMatchObject([
      { ids: ['nightly'], problem: null },
      { ids: [], problem: expect.stringContaining('Invalid value for minute') },
    ]);
    await scene.look(day(1, 4));
    expect(fired(scene)).toEqual([['r1', day(1, 4)]]);
  });
});
