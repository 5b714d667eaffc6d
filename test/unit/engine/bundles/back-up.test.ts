import { describe, expect, it } from 'vitest';

import { backUp } from '../../../../src/engine/bundles/back-up.ts';
import { nothingHappens, startEngine } from '../../../fakes/fake-life.ts';
import { createWorld, homeDir } from '../../../fakes/fake-world.ts';

const { signal } = new AbortController();

async function scene() {
  const world = await createWorld();
  const { engine } = await startEngine(world, { effects: nothingHappens });
  await world.files.ensureDir('/media/backup');
  const make = (folder = '/media/backup') => backUp(engine, { point: 'newest', folder, signal });
  return { world, make };
}

describe('a backup', () => {
  it('writes the newest restore point and all memory, and only reads the bundle when it is there', async () => {
    const { world, make } = await scene();
    const first = await make();
    expect(first).toMatchObject({
      point: '0000-adopted',
      reused: false,
      bundle: '/media/backup/demo-0000-adopted.bundle.tar',
    });
    expect(await world.files.readText(first.memory)).toContain('demo');
    expect(await make()).toMatchObject({ reused: true, bundle: first.bundle, key: first.key });
  });

  it('refuses a folder that is not there, and one that would be lost with home', async () => {
    const { world, make } = await scene();
    await expect(make('/media/none')).rejects.toMatchObject({ code: 'FILE_ACCESS' });
    await expect(make(`${homeDir}/backup`)).rejects.toMatchObject({ code: 'USAGE_BAD_ARGUMENT' });
    expect(await world.files.list('/media/backup')).toEqual([]);
  });
});
