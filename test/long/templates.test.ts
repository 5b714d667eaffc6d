import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { at, listAt, orchestrate, textAt, type Answer } from '../support/program.ts';
import { makeWorld, type TemplateWorld } from '../support/world.ts';

let world: TemplateWorld;
const run = (...args: readonly string[]): Promise<Answer> => orchestrate(world, args);
const told = ({ stderr, stdout }: Answer): string => `${stderr}\n${stdout.slice(0, 3000)}`;
const inHome = (path: string): string => join(world.home, path);

beforeAll(async () => {
  world = await makeWorld();
}, 180_000);
afterAll(async () => {
  await world.end();
});

it('shows a template, applies it as a change that is proven and a person approves, and undo takes it back', async () => {
  const page = 'ops/gpu/rtx-3060.md';
  const set = ['--set', 'reserve-vram=1.5'];
  const before = readFileSync(inHome('orchestrate.yaml'), 'utf8');
  const shown = await run('templates', 'show', 'gpu-rtx-3060', ...set);
  const text = at(listAt(shown.json, 'files')[0], 'text');
  const planned = await run('templates', 'apply', 'gpu-rtx-3060', ...set, '--dry-run');
  expect(planned.exitCode, told(planned)).toBe(0);
  expect(existsSync(inHome(page))).toBe(false);

  // The configuration decides what may be done: a yes beforehand does not count for it.
  const applied = await run('templates', 'apply', 'gpu-rtx-3060', ...set, '--yes');
  expect([applied.exitCode, at(applied.json, 'waiting', 'what')], told(applied)).toEqual([7, 'review']);
  expect(existsSync(inHome(page))).toBe(false);
  const approved = await run('review', 'approve', textAt(applied.json, 'change', 'change'));
  expect(approved.exitCode, told(approved)).toBe(0);
  expect(readFileSync(inHome(page), 'utf8')).toBe(text);
  expect(readFileSync(inHome('orchestrate.yaml'), 'utf8')).toMatch(/--reserve-vram\W+1\.5/);

  const undone = await run('undo', '--yes');
  expect(undone.exitCode, told(undone)).toBe(0);
  expect(existsSync(inHome(page))).toBe(false);
  expect(readFileSync(inHome('orchestrate.yaml'), 'utf8')).toBe(before);
});

it('makes a workflow of a template that every later change has to run', async () => {
  const applied = await run('templates', 'apply', 'workflow-no-model', '--yes');
  expect(applied.exitCode, told(applied)).toBe(0);
  expect(Object.keys(JSON.parse(readFileSync(inHome('workflows/no-model.json'), 'utf8')) as object)).toHaveLength(3);
});

it('takes a folder of the person in, and applies it; a path of no tree is refused before anything runs', async () => {
  const folder = join(world.folder, 'mine');
  mkdirSync(folder);
  const definition = (to: string): string =>
    `id: mine\ntitle: A page\nkind: configuration\ndescription: ''\nfiles: [{ from: page.md, to: ${to} }]\n`;
  writeFileSync(join(folder, 'page.md'), 'Mine.\n');
  writeFileSync(join(folder, 'template.yaml'), definition('src/page.md'));
  const refused = await run('templates', 'add', folder);
  expect(at(refused.json, 'error', 'code'), told(refused)).toBe('SCOPE_EXCEEDED');
  writeFileSync(join(folder, 'template.yaml'), definition('ops/page.md'));
  const added = await run('templates', 'add', folder);
  expect(added.exitCode, told(added)).toBe(0);
  const applied = await run('templates', 'apply', 'mine', '--yes');
  expect(applied.exitCode, told(applied)).toBe(0);
  expect(readFileSync(inHome('ops/page.md'), 'utf8')).toBe('Mine.\n');
});
