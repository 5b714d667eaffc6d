import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  copyFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeDemoWorld } from '../../demo/make.ts';
import { at, listAt, orchestrate, textAt, type Answer } from '../support/program.ts';
import { commitByHand, makeWorld, OLD_TORCH, type TemplateWorld } from '../support/world.ts';

let world: TemplateWorld;
/** Restore point of the upgrade. */
let number = '';
let other: { folder: string; home: string; index: string };
const there = (...args: readonly string[]): Promise<Answer> => orchestrate(world, args);
const here = (...args: readonly string[]): Promise<Answer> => orchestrate(other, args);

const told = (answer: Answer): string => `${answer.stderr}\n${answer.stdout.slice(0, 2000)}`;
const codeOf = (answer: Answer): unknown => at(answer.json, 'error', 'code') ?? at(answer.json, 'fault', 'code');
const envsOf = (home: string): readonly string[] => readdirSync(join(home, '.orchestrate/envs')).sort();
const digestOf = (home: string, id: string): string =>
  (
    JSON.parse(readFileSync(join(home, '.orchestrate/envs', id, 'orchestrate-manifest.json'), 'utf8')) as {
      digest: string;
    }
  ).digest;

beforeAll(async () => {
  world = await makeWorld();
  const file = join(world.home, 'orchestrate.yaml');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/last: 3\n(\s+)younger-than: 14d/, 'last: 1\n$1younger-than: 0s'),
  );
  commitByHand(world.home, 'keep less');
}, 180_000);

afterAll(async () => {
  await world.end();
});

describe('restore prune', () => {
  let upgraded = '';
  let name = '';
  let digest = '';

  it('shows what every restore point takes', async () => {
    const answer = await there('restore', 'list');
    const points = listAt(answer.json, 'restorePoints');
    const merged = points.find((one) => at(one, 'made') === 'merge');
    upgraded = textAt(merged, 'environment');
    name = textAt(merged, 'name');
    number = String(at(merged, 'number'));
    digest = digestOf(world.home, upgraded);
    expect(at(merged, 'ownBytes')).toBeGreaterThan(0);
    expect(at(merged, 'environmentBytes')).toBeGreaterThan(100_000);
    expect(at(answer.json, 'totals', 'environmentsBytes')).toBeGreaterThan(Number(at(merged, 'environmentBytes')));
  });

  it('keeps what is pinned', async () => {
    expect(at((await there('restore', 'pin', number, '--reason', 'mine')).json, 'isPinned')).toBe(true);
    const plan = await there('restore', 'prune', '--dry-run');
    expect(listAt(plan.json, 'evictions'), told(plan)).toEqual([]);
    expect(listAt(plan.json, 'kept').map((one) => at(one, 'why'))).toContain(`${name} is pinned`);
    await there('restore', 'unpin', number);
  });

  it('takes nothing without a yes, and then exactly what was shown', async () => {
    const plan = await there('restore', 'prune');
    expect([plan.exitCode, at(plan.json, 'state')]).toEqual([7, 'planned']);
    expect(listAt(plan.json, 'evictions')).toMatchObject([{ environment: upgraded, to: 'offline' }]);
    expect(envsOf(world.home)).toContain(upgraded);
    const other = await there('restore', 'prune', '--yes', '--plan', 'f'.repeat(12));
    expect(codeOf(other)).toBe('CHANGE_MOVED');
    const pruned = await there('restore', 'prune', '--yes', '--plan', textAt(plan.json, 'hash'));
    expect(at(pruned.json, 'state'), told(pruned)).toBe('pruned');
    expect(envsOf(world.home)).not.toContain(upgraded);
    expect(readdirSync(join(world.home, '.orchestrate/trash'))).toEqual([]);
    expect(at((await there('restore', 'show', number)).json, 'grade')).toBe('offline');
  });

  it('leaves a way back that needs no network: the same bytes, from kept wheels', async () => {
    renameSync(world.index, `${world.index}-away`);
    try {
      const back = await there('restore', 'to', number, '--yes');
      expect(at(back.json, 'state'), told(back)).toBe('done');
      expect(digestOf(world.home, upgraded)).toBe(digest);
    } finally {
      renameSync(`${world.index}-away`, world.index);
    }
  });

  it('does not know a restore point that is not there', async () => {
    expect(codeOf(await there('restore', 'pin', '99'))).toBe('RESTORE_NOT_FOUND');
  });
});

describe('an environment that somebody changed', () => {
  it('is kept in trash and built again on the way back, after a yes', async () => {
    const point = await there('restore', 'show', '0');
    const id = textAt(point.json, 'environment');
    const before = digestOf(world.home, id);
    const file = join(world.home, '.orchestrate/envs', id, 'pyvenv.cfg');
    execFileSync('chmod', ['u+w', file]);
    writeFileSync(file, '# mine\n');
    const back = await there('restore', 'to', '0', '--yes');
    expect(at(back.json, 'state'), told(back)).toBe('done');
    expect(digestOf(world.home, id)).toBe(before);
    const trash = join(world.home, '.orchestrate/trash');
    const [kept = ''] = readdirSync(trash).filter((name) => name.endsWith('-drifted'));
    expect(readFileSync(join(trash, kept, id, 'pyvenv.cfg'), 'utf8')).toBe('# mine\n');
  });
});

describe('a bundle', () => {
  let bundle = '';
  let key = '';

  beforeAll(async () => {
    const folder = join(world.folder, 'other');
    mkdirSync(join(folder, 'run'), { recursive: true });
    const demo = makeDemoWorld({ folder: join(folder, 'demo') });
    other = { folder, home: join(folder, 'home'), index: demo.index.folder };
    const port = String(30_000 + (process.pid % 2000));
    const args = ['--comfyui', demo.comfyui.path, '--index', other.index, '--require', `torch==${OLD_TORCH}`];
    const made = await orchestrate(other, [
      'init',
      other.home,
      ...args,
      ...['--workflow', demo.smokeWorkflow, '--port', port, '--cpu', '--yes'],
    ]);
    expect(made.exitCode, told(made)).toBe(0);
    writeFileSync(
      join(other.home, 'orchestrate.yaml'),
      readFileSync(join(other.home, 'orchestrate.yaml'), 'utf8').replace(/idle-time: \S+/, 'idle-time: 1s'),
    );
    commitByHand(other.home, 'settings');
    bundle = join(world.folder, 'stick.bundle.tar');
  }, 120_000);

  it('is written once, signed, and can be looked at anywhere', async () => {
    const made = await there('restore', 'export', number, '--bundle', bundle);
    expect(made.exitCode, told(made)).toBe(0);
    key = textAt(made.json, 'key');
    const shown = await here('bundle', 'show', bundle);
    expect(at(shown.json, 'key'), told(shown)).toBe(key);
    expect(at(shown.json, 'isOwnKey')).toBe(false);
    expect(at(shown.json, 'nBrokenRows')).toBe(0);
    expect(listAt(shown.json, 'evidence').length).toBeGreaterThan(2);
    expect(listAt(shown.json, 'packages').every((one) => at(one, 'isIncluded') === true)).toBe(true);
    expect(codeOf(await there('restore', 'export', number, '--bundle', bundle))).toBe('FILE_ACCESS');
    expect(execFileSync('tar', ['tf', bundle], { encoding: 'utf8' })).toContain('bundle.json');
  });

  it('is refused when it is cut off, altered, or signed by another key', async () => {
    const bad = join(world.folder, 'bad.tar');
    copyFileSync(bundle, bad);
    truncateSync(bad, 5_000);
    const cut = await here('run', `adopt bundle ${bad}`, '--set', `key=${key}`, '--yes');
    expect(codeOf(cut), told(cut)).toBe('BUNDLE_INVALID');
    const bytes = readFileSync(bundle);
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 4;
    writeFileSync(bad, bytes);
    expect(codeOf(await here('run', `adopt bundle ${bad}`, '--set', `key=${key}`, '--yes'))).toBe('BUNDLE_INVALID');
    const stranger = await here('run', `adopt bundle ${bundle}`, '--set', `key=${'0'.repeat(32)}`, '--yes');
    expect(codeOf(stranger), told(stranger)).toBe('BUNDLE_UNTRUSTED');
  });

  it('is adopted on another installation without any network, and can be undone there', async () => {
    for (const index of [world.index, other.index]) renameSync(index, `${index}-away`);
    try {
      const before = readFileSync(join(other.home, 'orchestrate.yaml'), 'utf8');
      const adopted = await here('run', `adopt bundle ${bundle}`, '--set', `key=${key}`, '--yes');
      expect(at(adopted.json, 'state'), told(adopted)).toBe('done');
      expect(readFileSync(join(other.home, 'requirements.lock'), 'utf8')).toContain('torch===2.11.0');
      expect(readFileSync(join(other.home, 'orchestrate.yaml'), 'utf8')).toBe(before);
      const undone = await here('undo', '--yes');
      expect(at(undone.json, 'state'), told(undone)).toBe('done');
      expect(readFileSync(join(other.home, 'requirements.lock'), 'utf8')).toContain(`torch===${OLD_TORCH}`);
    } finally {
      for (const index of [world.index, other.index]) renameSync(`${index}-away`, index);
    }
    expect(existsSync(join(other.home, '.orchestrate/incoming-r1'))).toBe(false);
  });
});
