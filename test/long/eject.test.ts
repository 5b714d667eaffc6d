import * as fs from 'node:fs';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { expectDone } from '../support/fault-steps.ts';
import type { FaultWorld } from '../support/fault-world.ts';
import { listAt, textAt } from '../support/program.ts';
import { sceneWorld } from '../support/scene-home.ts';

let world: FaultWorld;

beforeAll(async () => {
  world = await sceneWorld();
});
afterAll(() => world.remove());

const put = (path: string, text: string): void => {
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.writeFileSync(path, text);
};

/** What `eject` would keep, as `path (why)`. */
async function keeps(): Promise<readonly string[]> {
  const { json } = await world.ok(['eject', '--dry-run', '--json']);
  return listAt(json, 'keeps').map((one) => `${textAt(one, 'path')} (${textAt(one, 'why')})`);
}

it('tells what runs wrote from what is a person’s, and loses nothing of the latter', async () => {
  const { json } = await world.run(['run', 'upgrade pytorch', '--json']);
  await world.run(['review', 'reject', textAt((json as { change: object }).change, 'change'), '--json']);
  expectDone(await world.run(['run', 'upgrade pytorch', '--yes', '--json']));
  expectDone(await world.run(['undo', '--yes', '--json']));
  const busy = await world.run(['eject', '--yes', '--json']);
  expect(busy.err + busy.out).toContain('orchestrate service stop');
  await world.ok(['service', 'stop', '--json']);
  // The control: slots and trash hold what runs wrote, and none of it is called a person's.
  const slot = fs.readdirSync(join(world.home, 'trees')).find((name) => !name.endsWith('.yaml')) ?? '';
  expect(fs.existsSync(join(world.home, 'trees', slot, 'requirements.lock'))).toBe(true);
  expect(await keeps()).toEqual([]);

  const mine = [`trees/${slot}/mine.txt`, '.orchestrate/mine.txt', '.orchestrate/trash/mine/of-mine.txt'];
  for (const path of mine) put(join(world.home, path), `mine: ${path}\n`);
  expect((await keeps()).map((one) => one.replace(/ \(.*/, '')).toSorted()).toEqual(mine.toSorted());
  const refused = await world.run(['eject', '--yes', '--json']);
  expect(refused.exitStatus).toBe(7);
  for (const path of mine) expect(refused.err + refused.out).toContain(path);
  await world.ok(['eject', '--keep-files', '--yes', '--json']);
  const left = fs.readdirSync(world.home, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  expect(left.map((one) => join(one.parentPath, one.name)).toSorted()).toEqual(
    mine.map((path) => join(world.home, path)).toSorted(),
  );
  for (const path of mine) expect(fs.readFileSync(join(world.home, path), 'utf8')).toBe(`mine: ${path}\n`);
});
