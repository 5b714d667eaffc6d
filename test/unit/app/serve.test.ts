import { describe, expect, it } from 'vitest';

import { serveStatus } from '../../../src/app/operations/serve-status.ts';
import { serveStop } from '../../../src/app/operations/serve-stop.ts';
import { serve } from '../../../src/app/operations/serve.ts';
import { Fault } from '../../../src/base/fault.ts';
import { fakeApp } from '../../support/fake-app.ts';
import { installedScene } from '../../support/journal-scene.ts';
import { orchestrate } from '../../support/run-orchestrate.ts';

const quiet = { listen: null, otherMachines: false, hostName: null };

/** An application in which somebody holds the ledger for so many looks; `supervise` is what becoming the supervisor does. */
function place({ stays, nLooks }: { stays: boolean; nLooks: number }) {
  const scene = installedScene();
  scene.add('supervisor.started', { pid: 7, version: '0.1.0', ...(stays ? { stays: true as const } : {}) });
  let left = nLooks;
  const ledger = { ...scene.ledger, isHeld: async () => left-- > 0 };
  const told: string[] = [];
  const supervised: unknown[] = [];
  const clock = { nowMs: scene.nowMs, monotonicMs: () => 0, bootName: () => '', sleep: async () => true };
  const faked = fakeApp(scene, { installation: { ledger }, outside: { clock } });
  const app = {
    ...faked,
    narrate: (line: string) => void told.push(line),
    supervise: async (options: unknown) => {
      supervised.push(options);
      scene.add('supervisor.started', { pid: 8, version: '0.1.0', stays: true });
      scene.add('supervisor.drained', { finished: ['r1.build execute'], parked: [], stopped: [], durationMs: 3_000 });
      scene.add('supervisor.stopped', { reason: 'asked to end' });
    },
  };
  return { app, told, supervised };
}

describe('serve', () => {
  it('becomes the supervisor that stays, tells what happens, and how it ended', async () => {
    const { app, told, supervised } = place({ stays: false, nLooks: 0 });
    expect(await serve.run(app, quiet)).toEqual({
      reason: 'asked to end',
      finished: ['r1.build execute'],
      parked: [],
    });
    expect(supervised).toEqual([{ stays: true, signal: expect.anything() as unknown, drain: app.signal }]);
    expect(told.map((line) => line.replace(/^\S+ \S+ /, ''))).toEqual([
      expect.stringContaining('pid 8') as unknown,
      expect.stringContaining('r1.build execute ended') as unknown,
      expect.stringContaining('asked to end') as unknown,
    ]);
    expect(app.asked).toEqual([]);
  });

  it('asks a supervisor that a command started to end first, and waits for it', async () => {
    const { app, told, supervised } = place({ stays: false, nLooks: 4 });
    await serve.run(app, quiet);
    expect(app.asked).toMatchObject([{ kind: 'supervisor.stop' }]);
    expect(told[0]).toContain('This one begins when that one has nothing more to do');
    expect(supervised).toHaveLength(1);
  });

  it('is refused beside another one', async () => {
    const { app, supervised } = place({ stays: true, nLooks: 9 });
    await expect(serve.run(app, quiet)).rejects.toMatchObject({ code: 'SUPERVISOR_BUSY' });
    expect(supervised).toEqual([]);
  });

  it('tries again when a command was quicker', async () => {
    const { app } = place({ stays: false, nLooks: 0 });
    let nTries = 0;
    const supervise = async (): Promise<void> => {
      nTries += 1;
      if (nTries === 1) throw new Fault('SUPERVISOR_BUSY', 'Another one was quicker.');
    };
    await serve.run({ ...app, supervise }, quiet);
    expect(nTries).toBe(2);
  });
});

describe('serve stop', () => {
  it('drains the one that stays, and leaves one alone that a command started', async () => {
    const there = place({ stays: true, nLooks: 2 });
    expect(await serveStop.run(there.app, {})).toMatchObject({ state: 'stopped' });
    expect(there.app.asked).toMatchObject([{ kind: 'supervisor.drain' }]);
    const other = place({ stays: false, nLooks: 2 });
    expect(await serveStop.run(other.app, {})).toMatchObject({ state: 'none' });
    expect(other.app.asked).toEqual([]);
  });
});

describe('serve status', () => {
  it('says who is there', async () => {
    expect(await serveStatus.run(place({ stays: true, nLooks: 9 }).app, { showToken: false })).toMatchObject({
      watch: 'stays',
      pid: 7,
    });
    expect(await serveStatus.run(place({ stays: true, nLooks: 0 }).app, { showToken: false })).toMatchObject({
      watch: 'nobody',
      pid: null,
    });
  });

  it('is a page', async () => {
    const scene = installedScene();
    scene.add('supervisor.started', { pid: 7, version: '0.1.0', stays: true });
    expect((await orchestrate(scene, ['serve', 'status'])).out).toMatchInlineSnapshot(`
      "serving · pid 7, version 0.1.0, since 2026-08-23 12:00:09Z
      no schedule fires
      "
    `);
  });
});
