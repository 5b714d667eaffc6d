import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { expectDone, expectFault } from '../support/fault-steps.ts';
import type { FaultWorld } from '../support/fault-world.ts';
import { listAt, textAt } from '../support/program.ts';
import { productionOf, sceneWorld, sketchOf } from '../support/scene-home.ts';

let world: FaultWorld;

beforeAll(async () => {
  world = await sceneWorld();
});
afterAll(() => world.remove());

const read = (path: string): string => fs.readFileSync(join(world.home, path), 'utf8');

/** Somebody writes into the sealed environment that production runs from. Returns the file. */
function tamper(): string {
  const envs = join(world.home, '.orchestrate/envs');
  const id = world.rows('instance.composed').findLast(({ data }) => data['purpose'] === 'production')?.data[
    'environment'
  ];
  if (typeof id !== 'string') throw new Error('production was never composed');
  const file = fs
    .globSync('lib/python*/site-packages/filelock/__init__.py', { cwd: join(envs, id) })
    .map((path) => join(envs, id, path))[0];
  if (file === undefined) throw new Error('no filelock in the environment');
  fs.chmodSync(file, 0o644);
  fs.appendFileSync(file, '\n# somebody was here\n');
  fs.chmodSync(file, 0o444);
  return file;
}

describe('one package', () => {
  it('is pinned with its reason, through the whole pipeline, and undone', async () => {
    const before = read('requirements.in');
    expectDone(await world.run(['run', 'pin numpy', '--set', 'reason=2.2 is slow', '--yes', '--json']));
    expect(read('requirements.in')).toMatch(/^numpy==2\.1\.0 {2}# pinned: 2\.2 is slow$/m);
    expectDone(await world.run(['undo', '--yes', '--json']));
    expect(read('requirements.in')).toBe(before);
  });

  it('that something needs is not removed, and nothing changes', async () => {
    const before = sketchOf(world);
    const result = await world.run(['run', 'remove package numpy', '--yes', '--json']);
    expectFault(result, 'PACKAGE_CONFLICT');
    expect(JSON.stringify(result.json)).toMatch(
      /numpy cannot go: ComfyUI asks for numpy>=1\.25\.0, demo-pack asks for numpy>=1\.26/i,
    );
    expect(sketchOf(world)).toEqual(before);
  });
});

describe('an environment that somebody wrote into', () => {
  it('stops an upgrade, is built anew beside it, and the upgrade goes on from there', async () => {
    const file = tamper();
    expectFault(await world.run(['run', 'upgrade pytorch', '--yes', '--json']), 'ENVIRONMENT_DRIFTED');
    const production = productionOf(world);
    const rebuilt = await world.run(['run', 'rebuild environment', '--yes', '--json']);
    expectDone(rebuilt);
    expect(read('requirements.lock')).toContain('\n# build: 2\n');
    expect(productionOf(world)).not.toBe(production);
    expect(fs.readFileSync(file, 'utf8')).toContain('somebody was here');
    const [change] = listAt((await world.ok(['review', 'list', '--all', '--json'])).json, 'changes');
    expect(textAt(change, 'state')).toContain('verified');
    expectDone(await world.run(['run', 'upgrade pytorch', '--yes', '--json']));
    expect(read('requirements.lock')).toMatch(/^torch===2\.11\.0 /m);
  });
});
