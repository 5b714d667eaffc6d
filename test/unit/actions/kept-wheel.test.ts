import { describe, expect, it } from 'vitest';

import { findKeptWheel } from '../../../src/actions/_kept-wheel.ts';
import { missingWheels } from '../../../src/engine/changes/questions.ts';
import { createFakeFiles } from '../../fakes/fake-files.ts';
import { createWorld, installed, lockOf } from '../../fakes/fake-world.ts';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)] as const;
const file = 'torch-2.8.0-py3-none-any.whl';

describe('a kept wheel', () => {
  it.each([
    ['the file that the lock names', [`${a}/${file}`], `${a}/${file}`],
    ['any wheel in the folder of the hash', [`${a}/other-name.whl`], `${a}/other-name.whl`],
    ['the named one before another', [`${a}/a.whl`, `${a}/${file}`], `${a}/${file}`],
    ['one of the second hash', [`${b}/${file}`], `${b}/${file}`],
    ['no other file in the folder', [`${a}/torch.tmp`], undefined],
    ['nothing', [], undefined],
  ])('is %s', async (_, there, found) => {
    const files = createFakeFiles();
    for (const path of there) files.put(`/wheels/${path}`, 'x');
    const kept = await findKeptWheel(files, '/wheels', { sha256: [a, b], file });
    expect(kept?.path).toBe(found === undefined ? undefined : `/wheels/${found}`);
  });

  it('is not missing to a reviewer because it has another name', async () => {
    const world = await createWorld();
    const { wheels } = world.context.paths;
    expect(await missingWheels(world.context, lockOf(installed))).toEqual([]);
    for (const folder of await world.files.list(wheels))
      for (const name of await world.files.list(`${wheels}/${folder}`))
        await world.files.rename(`${wheels}/${folder}/${name}`, `${wheels}/${folder}/another-name.whl`);
    expect(await missingWheels(world.context, lockOf(installed))).toEqual([]);
    for (const folder of await world.files.list(wheels)) await world.files.remove(`${wheels}/${folder}`);
    expect(await missingWheels(world.context, lockOf(installed))).toHaveLength(3);
  });
});
