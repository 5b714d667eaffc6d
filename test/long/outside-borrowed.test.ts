import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { expectDone, expectFault } from '../support/fault-steps.ts';
import { freePort } from '../support/fault-world.ts';
import { pip } from '../support/found-environment.ts';
import { bytesOf, type LayoutWorld, layoutWorld } from '../support/layout-world.ts';
import { layoutCases } from '../support/layouts.ts';
import { listAt, textAt } from '../support/program.ts';

let world: LayoutWorld;

beforeAll(async () => {
  world = await layoutWorld();
});
afterAll(() => world.remove());

/** ComfyUI writes its database and pictures there itself: production keeps the person's folders. */
const writtenByComfyui = (path: string): boolean => /(^|\/)(user|output)(\/|$)/.test(path);

function inSitePackages(python: string, path: string): string {
  const lib = join(python, '../../lib');
  return join(lib, fs.readdirSync(lib).find((name) => name.startsWith('python')) ?? '', 'site-packages', path);
}

it('a borrowed environment that pip moved is named, is not used, and is when that is kept', async () => {
  const [master] = layoutCases;
  if (master === undefined) throw new Error('no such layout');
  const found = master.make(world, join(world.base, 'layouts', 'borrowed'));
  const home = join(world.base, 'home');
  const workflow = join(found.comfyui, 'smoke', 'padded-card.json');
  const where = ['--comfyui', found.comfyui, '--index', world.index, '--port', String(await freePort()), '--cpu'];
  await world.ok(['init', home, ...where, '--workflow', workflow, ...found.init, '--yes', '--json']);
  const list = async () => listAt((await world.ok(['outside', 'list', '--json'], home)).json, 'differences');
  const lock = (): string => fs.readFileSync(join(home, 'requirements.lock'), 'utf8');
  const point0 = async () => (await world.ok(['restore', 'show', '0', '--json'], home)).json;
  expect(await list()).toEqual([]);
  expect(lock()).toContain('numpy===2.1.0');
  expect(await point0()).toMatchObject({ grade: 'borrowed', condition: 'intact' });
  expectFault(await world.run(['restore', 'pin', '0', '--json'], home), 'NOTHING_TO_DO');

  pip(found.python, ['install', '--no-index', '--find-links', world.index, 'numpy==1.26.4']);
  const before = bytesOf(found.root, writtenByComfyui);
  const differences = await list();
  expect(differences).toMatchObject([
    {
      kind: 'packages',
      what: '1 package of the borrowed environment moved: numpy 2.1.0 → 1.26.4',
      who: 'pip',
      fact: 'INSTALLER of the packages says pip',
      canKeep: true,
    },
  ]);
  // Without a word from the person it is not used: what would run is not what was recorded.
  expectFault(await world.run(['service', 'start', '--json'], home), 'ENVIRONMENT_DRIFTED');

  const kept = await world.run(['outside', 'keep', textAt(differences, 0, 'id'), '--yes', '--json'], home);
  // What was before is nowhere any more, and the rule that an undo works says so: a person decides.
  expect({ exit: kept.exitStatus }, kept.err).toEqual({ exit: 7 });
  const merged = await world.run(['review', 'approve', textAt(kept.json, 'change', 'change'), '--json'], home);
  expectDone(merged);
  // What was before is not there any more: nothing promises a way back to it.
  expect(await point0()).toMatchObject({ grade: 'borrowed', condition: 'drifted' });
  const run = textAt(merged.json, 'run');
  expect((await world.ok(['runs', 'show', run, '--json'], home)).json).toMatchObject({
    goBack: { name: '0000-adopted', grade: 'borrowed', condition: 'drifted' },
  });
  expect(textAt(merged.json, 'restorePoint', 'name')).toMatch(/^0001-/);
  expect(lock()).toContain('numpy===1.26.4');
  expect(lock()).toContain(`# borrowed: ${found.python}\n`);
  expect(await list()).toEqual([]);
  await world.ok(['service', 'start', '--json'], home);
  expect((await world.ok(['service', 'status', '--json'], home)).json).toMatchObject({
    state: 'healthy',
    outside: null,
  });
  expect(bytesOf(found.root, writtenByComfyui)).toEqual(before);
  await world.ok(['service', 'stop', '--json'], home);

  // A file edited by hand moves no version: it is another environment all the same, proven anew.
  const lockBefore = lock();
  const edited = inSitePackages(found.python, 'numpy/__init__.py');
  fs.appendFileSync(edited, '# by hand\n');
  const byHand = textAt(await list(), 0, 'id');
  const refused = await world.run(['service', 'start', '--json'], home);
  expectFault(refused, 'ENVIRONMENT_DRIFTED');
  expect(refused.out).toMatch(/outside keep [\s\S]*relock environment/);
  // Not to be told of it is no way out: nothing would start, and nothing would say why.
  expectFault(await world.run(['outside', 'discard', byHand, '--json'], home), 'ENVIRONMENT_DRIFTED');
  expect(await list()).toHaveLength(1);
  const again = await world.run(['outside', 'keep', byHand, '--yes', '--json'], home);
  expect({ exit: again.exitStatus }, again.err).toEqual({ exit: 7 });
  expectDone(await world.run(['review', 'approve', textAt(again.json, 'change', 'change'), '--json'], home));
  expect(lock().replace(/# fingerprint.*/, '')).toBe(lockBefore.replace(/# fingerprint.*/, ''));
  expect(lock()).not.toBe(lockBefore);
  await world.ok(['service', 'start', '--json'], home);
  await world.ok(['service', 'stop', '--json'], home);

  // Times that moved over the same bytes are nothing; over bytes that were edited nobody can say so.
  fs.utimesSync(inSitePackages(found.python, 'torch/__init__.py'), 1_000_000_000, 1_000_000_000);
  expect(await list()).toEqual([]);
  await world.ok(['service', 'start', '--json'], home);
  await world.ok(['service', 'stop', '--json'], home);
  fs.utimesSync(edited, 1_000_000_000, 1_000_000_000);
  expect(await list()).toHaveLength(1);
});
