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
  expect(await list()).toEqual([]);
  expect(lock()).toContain('numpy===2.1.0');

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
});
