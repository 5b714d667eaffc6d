import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeDemoWorld } from '../../demo/make.ts';
import { stopOwnProcesses } from '../../demo/run/processes.ts';
import { naiveGit } from '../support/controls.ts';
import { type Answer, at, listAt, orchestrate, textAt } from '../support/program.ts';

interface Place {
  readonly folder: string;
  readonly home: string;
  readonly slot: string;
  readonly admin: string;
  /** A folder of the person's, with a file in it. */
  readonly taken: string;
}
let world: Place;

/** An installation with a slot that no run has used: what takes it away does not ask who made it. */
beforeAll(async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'orchestrate-trash-')));
  const home = join(folder, 'home');
  const demo = makeDemoWorld({ folder: join(folder, 'demo') });
  const place = { folder, home };
  const asked = ['--index', demo.index.folder, '--require', 'torch==2.10.0', '--cpu', '--yes', '--port', '29188'];
  const made = await orchestrate(place, ['init', home, '--comfyui', demo.comfyui.path, ...asked]);
  expect(made.exitCode, made.stderr).toBe(0);
  const slot = join(home, 'trees/env-setup');
  naiveGit(home, ['worktree', 'add', '--quiet', '--detach', slot]);
  world = { ...place, slot, admin: join(home, '.git/worktrees/env-setup'), taken: join(folder, 'taken') };
  mkdirSync(world.taken);
  writeFileSync(join(world.taken, 'file'), 'mine\n');
});
afterAll(async () => {
  await stopOwnProcesses(world.folder);
  execFileSync('chmod', ['-R', 'u+rwX', world.folder], { stdio: 'ignore' });
  rmSync(world.folder, { recursive: true, force: true });
});

const there = (...args: readonly string[]): Promise<Answer> => orchestrate(world, args);
const refusedWith = (answer: Answer): readonly unknown[] =>
  listAt(answer.json, 'error', 'data', 'refused', 0, 'reasons').map((one) => at(one, 'obstacle'));

describe('taking a slot away', () => {
  it('is refused with its reason while somebody is in it, has it locked, or has work in it', async () => {
    // What the last run left is on the branch: the slot could go.
    expect(at((await there('trees', 'clean', 'env-setup', '--dry-run')).json, 'state')).toBe('planned');
    writeFileSync(join(world.slot, 'mine.txt'), 'mine\n');
    naiveGit(world.home, ['worktree', 'lock', '--reason', 'mine for now', world.slot]);
    const shell = spawn('sleep', ['600'], { cwd: world.slot, stdio: 'ignore' });
    try {
      const refused = await there('trees', 'clean', 'env-setup', '--to-trash', '--yes');
      expect({ exitCode: refused.exitCode, code: at(refused.json, 'error', 'code') }).toEqual({
        exitCode: 5,
        code: 'REMOVAL_REFUSED',
      });
      expect(textAt(refused.json, 'error', 'message')).toContain(`process ${shell.pid} (sleep) works in it`);
      expect(textAt(refused.json, 'error', 'message')).toContain('git has it locked: mine for now');
      expect(textAt(refused.json, 'error', 'message')).toContain('mine.txt');
      expect(refusedWith(refused)).toEqual(['locked', 'live', 'dirty']);
    } finally {
      shell.kill('SIGKILL');
      await once(shell, 'exit');
      naiveGit(world.home, ['worktree', 'unlock', world.slot]);
    }
    expect([...refusedWith(await there('trees', 'clean', 'env-setup', '--yes'))]).toEqual(['dirty']);
    expect(readFileSync(join(world.slot, 'mine.txt'), 'utf8')).toBe('mine\n');
  });

  it('never touches a work tree of the person, wherever it lies', async () => {
    const own = join(world.home, 'trees/own');
    naiveGit(world.home, ['worktree', 'add', '--quiet', '--detach', own]);
    const refused = await there('trees', 'clean', 'own', '--to-trash', '--yes');
    expect([...refusedWith(refused)]).toEqual(['adopted']);
    naiveGit(world.home, ['worktree', 'remove', own]);
  });

  it('does exactly what was shown, or nothing', async () => {
    const shown = await there('trees', 'clean', 'env-setup', '--to-trash');
    expect([shown.exitCode, at(shown.json, 'state')]).toEqual([7, 'planned']);
    writeFileSync(join(world.slot, 'later.ignored'), 'later\n');
    const moved = await there(
      'trees',
      'clean',
      'env-setup',
      '--to-trash',
      '--yes',
      '--plan',
      textAt(shown.json, 'hash'),
    );
    expect(at(moved.json, 'error', 'code')).toBe('PLAN_MOVED');
    expect(existsSync(world.slot)).toBe(true);
    const again = await there('trees', 'clean', 'env-setup', '--to-trash');
    const done = await there(
      'trees',
      'clean',
      'env-setup',
      '--to-trash',
      '--yes',
      '--plan',
      textAt(again.json, 'hash'),
    );
    expect(at(done.json, 'state'), done.stderr).toBe('cleaned');
    expect(existsSync(world.slot)).toBe(false);
    expect(existsSync(world.admin)).toBe(false);
  });
});

describe('the trash', () => {
  it('tells what lies there, from where and why, and brings it back where nothing is', async () => {
    const listed = await there('trash', 'list');
    const one = listAt(listed.json, 'trash').find((item) => at(item, 'what') === 'slot');
    expect(one).toMatchObject({ name: 'env-setup', from: world.slot, holdsWork: true, state: 'there' });
    expect(textAt(one, 'why')).toContain('mine.txt');
    const id = textAt(one, 'id');
    const shown = await there('trash', 'show', id);
    expect(listAt(shown.json, 'paths')).toEqual(expect.arrayContaining(['later.ignored', 'mine.txt']));
    expect(at((await there('trash', 'restore', id, '--to', world.taken)).json, 'error', 'code')).toBe('TRASH_TAKEN');
    const back = await there('trash', 'restore', id);
    expect({ to: at(back.json, 'to'), how: at(back.json, 'how') }, back.stderr).toEqual({
      to: world.slot,
      how: 'moved',
    });
    expect(readFileSync(join(world.slot, 'mine.txt'), 'utf8')).toBe('mine\n');
    expect(naiveGit(world.slot, ['status', '--short']).out).toContain('?? mine.txt');
  });

  it('is emptied only as shown, and a backup of work outlives the folder', async () => {
    await there('trees', 'clean', 'env-setup', '--to-trash', '--yes');
    const id = textAt(listAt((await there('trash', 'list')).json, 'trash')[0], 'id');
    expect(at((await there('trash', 'empty')).json, 'state')).toBe('nothing');
    const plan = await there('trash', 'empty', id);
    expect([plan.exitCode, at(plan.json, 'items', 0, 'refGoes')]).toEqual([7, false]);
    const emptied = await there('trash', 'empty', id, '--yes', '--plan', textAt(plan.json, 'hash'));
    expect(at(emptied.json, 'state'), emptied.stderr).toBe('emptied');
    expect(existsSync(textAt(emptied.json, 'items', 0, 'place'))).toBe(false);
    const copy = join(world.folder, 'copy');
    const back = await there('trash', 'restore', id, '--to', copy);
    expect(at(back.json, 'how'), back.stderr).toBe('from-backup');
    expect(readFileSync(join(copy, 'later.ignored'), 'utf8')).toBe('later\n');
    rmSync(copy, { recursive: true });
    const gone = await there('trash', 'empty', id, '--and-refs', '--yes');
    expect(at(gone.json, 'items', 0, 'refGoes'), gone.stderr).toBe(true);
    expect(at((await there('trash', 'restore', id, '--to', copy)).json, 'error', 'code')).toBe('TRASH_NOT_FOUND');
  });
});
