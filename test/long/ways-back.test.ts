import * as fs from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { everyday, upgrade } from '../support/everyday.ts';
import { processesOf, until } from '../support/fault-processes.ts';
import { endStranger, expectDone, expectFault, startStranger } from '../support/fault-steps.ts';
import { at, listAt } from '../support/program.ts';
import { filesOf, productionOf, sketchOf } from '../support/scene-home.ts';

const home = everyday();

describe('the way back', () => {
  it('and forth: undo, and undo of the undo, give the same trees', async () => {
    const old = home.treeOf(home.head());
    expectDone(await home.world.run([...upgrade, '--yes', '--json']));
    const merged = home.head();
    expectDone(await home.world.run(['undo', '--yes', '--json']));
    expect(home.treeOf(home.head())).toBe(old);
    expect(home.world.git(['rev-parse', 'main^'])).toBe(merged);
    expectDone(await home.world.run(['undo', '--yes', '--json']));
    expect(home.treeOf(home.head())).toBe(home.treeOf(merged));
    expect((await home.world.ok(['service', 'status', '--json'])).json).toMatchObject({
      versions: { pytorch: '2.11.0' },
    });
  });

  it('to point 0 names every merge that it drops, and its tree is that of point 0', async () => {
    expectDone(await home.world.run([...upgrade, '--yes', '--json']));
    const { restorePoints } = (await home.world.ok(['restore', 'list', '--json'])).json as {
      restorePoints: { name: string; commit: string; number: number }[];
    };
    const before = sketchOf(home.world);
    const preview = await home.world.run(['restore', 'to', '0', '--dry-run']);
    expect(preview.exitStatus).toBe(0);
    expect(preview.out).toMatch(/brings back 0000-adopted/);
    expect(preview.out).toContain(restorePoints[0]?.name);
    expect(sketchOf(home.world)).toEqual(before);
    expectDone(await home.world.run(['restore', 'to', '0', '--yes', '--json']));
    const adopted = restorePoints.find(({ number }) => number === 0);
    expect(home.treeOf(home.head())).toBe(home.treeOf(adopted?.commit ?? ''));
  });

  it('keeps a commit by hand on top: its file stays, and it got a restore point of its own before the next merge', async () => {
    expectDone(await home.world.run([...upgrade, '--yes', '--json']));
    fs.mkdirSync(join(home.world.home, 'docs'), { recursive: true });
    fs.writeFileSync(join(home.world.home, 'docs/by-hand.md'), 'by hand\n');
    home.world.git(['add', 'docs/by-hand.md']);
    home.world.git(['commit', '--quiet', '--message', 'by hand']);
    const byHand = home.head();
    try {
      expectDone(await home.world.run(['undo', '--yes', '--json']));
      expect(fs.readFileSync(join(home.world.home, 'docs/by-hand.md'), 'utf8')).toBe('by hand\n');
      expect(home.world.git(['show', 'main:docs/by-hand.md'])).toBe('by hand');
      expect(home.torch()).toBe('2.10.0');
      expect(home.world.git(['rev-parse', 'main^'])).toBe(byHand);
      expect(home.world.git(['for-each-ref', '--format=%(*objectname)', 'refs/tags/restore/']).split('\n')).toContain(
        byHand,
      );
    } finally {
      home.world.git(['rm', '--quiet', 'docs/by-hand.md']);
      home.world.git(['commit', '--quiet', '--message', 'no longer']);
    }
  });
});

describe('what is nobody else’s business', () => {
  it('survives an upgrade, an undo and a rejected change: untracked, ignored and edited files, to the byte and the time', async () => {
    const mine = ['notes.txt', 'docs/mine/todo.md', 'memory/mine.md', '.orchestrate/mine.txt', 'CLAUDE.md'];
    for (const path of mine) {
      fs.mkdirSync(join(home.world.home, path, '..'), { recursive: true });
      fs.appendFileSync(join(home.world.home, path), `mine: ${path}\n`);
      fs.utimesSync(join(home.world.home, path), 1_600_000_000, 1_600_000_000);
    }
    const marks = (): readonly string[] =>
      mine.map(
        (path) =>
          `${path} ${fs.statSync(join(home.world.home, path)).mtimeMs} ${fs.readFileSync(join(home.world.home, path), 'utf8')}`,
      );
    const before = marks();
    const others = (): readonly string[] =>
      Object.entries(filesOf(home.world.home))
        .filter(([path]) => !path.startsWith('requirements.'))
        .map(([path, mark]) => `${path} ${mark}`);
    const untouched = others();
    try {
      const { change } = await home.waiting();
      await home.world.run(['review', 'reject', change, '--json']);
      expectDone(await home.world.run([...upgrade, '--yes', '--json']));
      expect(marks()).toEqual(before);
      expectDone(await home.world.run(['undo', '--yes', '--json']));
      expect(marks()).toEqual(before);
      expect(others()).toEqual(untouched);
      expect(home.world.git(['status', '--porcelain'])).toContain('M CLAUDE.md');
    } finally {
      home.world.git(['checkout', '--', 'CLAUDE.md']);
      for (const path of mine) if (path !== 'CLAUDE.md') fs.rmSync(join(home.world.home, path));
    }
  });
});

describe('looking', () => {
  it('at the journal shows the newest rows, of one run where it is asked for', async () => {
    const { out, exitStatus } = await home.world.run(['journal', 'tail', '--limit', '5']);
    expect(exitStatus).toBe(0);
    expect(
      out
        .trim()
        .split('\n')
        .filter((line) => /#?\d/.test(line)).length,
    ).toBeGreaterThanOrEqual(5);
    const preview = await home.world.ok([...upgrade, '--dry-run', '--json']);
    const run = preview.json?.['run'];
    const { rows } = (await home.world.ok(['journal', 'tail', '--run', String(run), '--json'])).json as {
      rows: { run: string }[];
    };
    expect(new Set(rows.map((row) => row.run))).toEqual(new Set([run]));
    expect((await home.world.ok(['journal', 'verify', '--json'])).json).toMatchObject({ ok: true });
  });

  it('at a good installation, doctor finds it good and ends with 0', async () => {
    const { json, exitStatus, out } = await home.world.run(['doctor', '--json']);
    expect(exitStatus, out).toBe(0);
    expect(listAt(json, 'checks').filter((one) => at(one, 'ok') !== true)).toEqual([]);
  });
});

describe('production', () => {
  it('is stopped and started again, and its status is the truth', async () => {
    const status = async (): Promise<Record<string, unknown>> =>
      (await home.world.ok(['service', 'status', '--json'])).json ?? {};
    await home.world.ok(['service', 'stop', '--json']);
    expect(productionOf(home.world)).toBe(null);
    expect(await status()).toMatchObject({ answers: expect.not.objectContaining({ x: 1 }) as unknown });
    expectFault(await home.world.run(['service', 'stop', '--json']), 'SERVICE_NOT_RUNNING', 4);
    await home.world.ok(['service', 'start', '--json']);
    const { pid, state, isAlive, answers } = await status();
    expect({ state, isAlive, answers }).toEqual({ state: 'healthy', isAlive: true, answers: true });
    expect(productionOf(home.world)?.split(' ')[0]).toBe(String(pid));
  });

  it('does not start on the port of a stranger, who is named and lives on', async () => {
    await home.world.ok(['service', 'stop', '--json']);
    const stranger = await startStranger(home.world.port);
    try {
      const refused = await home.world.run(['service', 'start', '--json']);
      expectFault(refused, 'PORT_TAKEN', 3);
      expect(refused.out).toContain(String(stranger.pid));
      expect(stranger.exitCode).toBe(null);
      expect(await (await fetch(`http://127.0.0.1:${home.world.port}`)).text()).toBe('stranger');
      expect((await home.world.ok(['service', 'status', '--json'])).json).not.toMatchObject({ isAlive: true });
    } finally {
      await endStranger(stranger);
    }
    await home.world.ok(['service', 'start', '--json']);
  });
});

it('leaves no process behind when production and supervisor are stopped', async () => {
  await home.world.ok(['service', 'stop', '--json']);
  await home.world.ok(['supervisor', 'stop', '--json']);
  expect(await until('every process to be gone', () => processesOf(home.world.base).length === 0, 10_000)).toBe(true);
});
