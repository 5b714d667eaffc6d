import { expect, it } from 'vitest';

import { keepWheels } from '../../../../src/app/init/keep-wheels.ts';
import { createFakeFiles } from '../../../fakes/fake-files.ts';

it('gives a wheel its name among the kept ones only when its bytes are safe from a power failure', async () => {
  const files = createFakeFiles();
  const from = '/cache/sage-1.0-py3-none-any.whl';
  files.put(from, 'sage');
  await files.ensureDir('/wheels');
  files.disk.settle();
  const fate = { name: 'sage', version: '1.0', fate: 'kept wheel', from } as never;
  expect(await keepWheels(files, { wheelsDir: '/wheels', fates: [fate] })).toBe(1);
  const [sha256 = ''] = (await files.list('/wheels')).filter((name) => name !== 'incoming');
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  const seen = new Set<string | undefined>();
  for (const state of files.crashStates()) {
    if ((await state.info(`/wheels/${sha256}`)) === undefined) continue;
    seen.add(await state.readText(`/wheels/${sha256}/sage-1.0-py3-none-any.whl`));
  }
  expect([...seen]).toEqual(['sage']);

  // The control: a copy that is not synced may be renamed without its bytes, or without the file.
  const careless = createFakeFiles();
  careless.put(from, 'sage');
  await careless.ensureDir('/wheels/incoming');
  careless.disk.settle();
  await careless.copyTree(from, '/wheels/incoming/a.whl');
  await careless.rename('/wheels/incoming', '/wheels/kept');
  const lost = new Set<string | undefined>();
  for (const state of careless.crashStates())
    if ((await state.info('/wheels/kept')) !== undefined) lost.add(await state.readText('/wheels/kept/a.whl'));
  expect(lost.size).toBeGreaterThan(1);
});
