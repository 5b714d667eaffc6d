import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { at, lastNarration, listAt, textAt } from '../support/program.ts';
import { makeServiceWorld, serverSource, type ServiceWorld, startOptions } from '../support/service-world.ts';

let world: ServiceWorld;

beforeAll(async () => {
  world = await makeServiceWorld();
});
afterAll(() => world.end());

const ignoreFiles = (): string => fs.readFileSync(join(world.home, '.gitignore'), 'utf8');

it('looks after a repository of one’s own, from init to a merge, undo and eject', async () => {
  const before = { head: world.git('rev-parse', 'HEAD'), files: fs.readdirSync(world.home), ignores: ignoreFiles() };
  const exclude = fs.existsSync(join(world.home, '.git/info/exclude'))
    ? fs.readFileSync(join(world.home, '.git/info/exclude'), 'utf8')
    : '';
  const options = [...startOptions, '--check', 'python3 -m unittest', '--port', String(world.port)];

  const planned = await world.ok('init', ...options, '--dry-run');
  expect(at(planned.json, 'state')).toBe('planned');
  expect(fs.readdirSync(world.home)).toEqual(before.files);
  expect(world.git('status', '--porcelain')).toBe('');

  await world.ok('init', ...options, '--yes');
  expect(world.git('log', '--format=%s')).toBe('orchestrate: look after this service\nmy service');
  expect(world.git('status', '--porcelain')).toBe('');
  expect(world.git('show', '--format=', '--name-only', 'HEAD').split('\n')).toEqual([
    'orchestrate.yaml',
    'trees/service.yaml',
  ]);
  expect(ignoreFiles()).toBe(before.ignores);
  world.commit({
    'orchestrate.yaml': fs
      .readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8')
      .replace('watch-time: 5s', 'watch-time: 0s'),
  });

  await world.ok('service', 'start');
  expect(await world.says()).toBe('v1');
  expect(await world.says('/port')).toBe(String(world.port));
  expect(at((await world.ok('service', 'status')).json, 'answers')).toBe(true);

  world.branch('two', { 'server.py': serverSource({ version: 'v2' }) });
  const merged = await world.ok('submit', 'two', '--yes');
  expect(at(merged.json, 'state'), lastNarration()).toBe('done');
  expect(await world.says()).toBe('v2');
  const change = textAt(merged.json, 'change', 'change');
  const shown = await world.ok('review', 'show', change);
  expect(listAt(shown.json, 'evidence').map((one) => [textAt(one, 'part'), textAt(one, 'grade')])).toEqual([
    ['commands', 'static'],
    ['ready', 'api'],
  ]);
  const points = await world.ok('restore', 'list');
  expect(listAt(points.json, 'restorePoints').map((one) => textAt(one, 'grade'))).toEqual(['files', 'files', 'files']);

  // What has no meaning here says so, or shows nothing; nothing trips over the person's files of these names.
  for (const command of [
    'status',
    'doctor',
    'outside list',
    'trees list',
    'queue',
    'conflicts',
    'restore prune --dry-run',
  ])
    await world.ok(...command.split(' '));

  await world.ok('undo', '--yes');
  expect(await world.says()).toBe('v1');
  expect(world.git('status', '--porcelain')).toBe('');
  for (const path of ['logs/kept.txt', 'memory/kept.txt', '.env'])
    expect(fs.existsSync(join(world.home, path)), path).toBe(true);

  const unknown = await world.run('run', 'upgrade pytorch');
  expect(unknown.exitCode).toBe(1);
  expect(unknown.stdout).toContain('GOAL_UNKNOWN');

  await world.ok('service', 'stop');
  // A repository of a person's is never taken for a home of ours, whatever orchestrate.yaml says by now.
  const config = fs.readFileSync(join(world.home, 'orchestrate.yaml'), 'utf8');
  const asComfy = config.replace('template: service\n', '').replace(/^# Programs and[\s\S]*?(?=^# Ports)/m, '');
  fs.writeFileSync(join(world.home, 'orchestrate.yaml'), asComfy);
  const tree = fs.readFileSync(join(world.home, 'trees/service.yaml'), 'utf8');
  fs.writeFileSync(
    join(world.home, 'trees/service.yaml'),
    tree.replace(/home-port: \d+/, 'home-port: 20001').replace(/^# Asked by rule[\s\S]*/m, ''),
  );
  expect((await world.run('eject', '--keep-files', '--yes')).stdout).toContain('was made with service');
  expect(fs.existsSync(join(world.home, 'server.py')) && fs.existsSync(join(world.home, '.git'))).toBe(true);
  fs.writeFileSync(join(world.home, 'trees/service.yaml'), tree);
  fs.writeFileSync(join(world.home, 'orchestrate.yaml'), config);
  await world.ok('eject', '--yes');
  expect(fs.readdirSync(world.home)).toEqual(before.files);
  expect(fs.readFileSync(join(world.home, '.git/info/exclude'), 'utf8')).toBe(exclude);
  expect(world.git('tag')).toBe('');
  expect(world.git('status', '--porcelain')).toBe('');
  expect(world.git('merge-base', '--is-ancestor', before.head, 'HEAD')).toBe('');
  expect(world.git('diff', '--name-only', before.head, 'HEAD')).toBe('');
  expect(fs.existsSync(join(world.home, '.git/worktrees'))).toBe(false);
  const state = join(world.folder, 'state/orchestrate');
  const left = fs.existsSync(state) ? fs.readdirSync(state) : [];
  expect(left.filter((name) => fs.existsSync(join(state, name, 'ledger.db')))).toEqual([]);
});
