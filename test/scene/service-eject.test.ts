import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { at, listAt, textAt } from '../support/program.ts';
import { makeServiceWorld, startOptions, type ServiceWorld } from '../support/service-world.ts';

let world: ServiceWorld;

beforeAll(async () => {
  world = await makeServiceWorld();
});
afterAll(() => world.end());

const commitIn = (dir: string, file: string): string => {
  fs.writeFileSync(join(dir, file), `${file}\n`);
  world.git('-C', dir, 'add', '--all');
  world.git('-C', dir, 'commit', '--quiet', '--message', file);
  return world.git('-C', dir, 'rev-parse', 'HEAD');
};

it('does not take commits of a person with a slot or with the store', async () => {
  await world.ok('init', ...startOptions, '--port', String(world.port), '--yes');
  const slot = textAt((await world.ok('open', 'service')).json, 'opened', 0, 'dir');
  const stored = commitIn(slot, 'stored.txt');
  await world.ok('open', '--close', 'r1');

  // The head of the slot is in the store by now, and nowhere else by a name that stays.
  const first = await world.run('eject', '--yes');
  expect(first.stdout).toContain('HOME_DIRTY');
  expect(first.stdout).toContain('was left in a slot that you opened');

  const own = commitIn(slot, 'own.txt');
  const { json } = await world.ok('eject', '--keep-files', '--yes');
  expect(listAt(json, 'keeps').map((one) => textAt(one, 'path'))).toContain('.orchestrate/trees/service');
  const written = textAt(json, 'writtenTo');
  expect(world.git('-C', slot, 'rev-parse', 'HEAD')).toBe(own);
  expect(world.git('-C', slot, 'status', '--porcelain')).toBe('');
  expect(world.git('-C', join(written, 'work.git'), 'log', '--all', '--format=%H')).toContain(stored);
  expect(at(json, 'state')).toBe('ejected');
  expect(fs.existsSync(join(world.home, 'orchestrate.yaml'))).toBe(false);
});
