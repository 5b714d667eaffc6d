import { expect, it } from 'vitest';

import { tidyMemory } from '../../../../src/engine/memory/tidy.ts';
import { createFakeMemory, FakeMemoryFolder } from '../../../fakes/fake-memory.ts';
import { createWorld } from '../../../fakes/fake-world.ts';

const day = 86_400_000;
const by = { kind: 'program', name: 'repair-technician' } as const;

it('takes away what is past its time in its own domain and in sessions, and brings back by its versions', async () => {
  const { clock, context } = await createWorld();
  const memory = createFakeMemory({ clock, folder: new FakeMemoryFolder(clock) });
  const put = (key: string, kind: 'state' | 'decision' | 'session') =>
    memory.put({ key, kind, text: '# x\n', evidence: [], ifVersion: 0, by, origin: 'put', run: null });
  await put('swarm/ops-maint/old.md', 'state');
  await put('swarm/ops-maint/decided.md', 'decision');
  await put('swarm/env-setup/old.md', 'state');
  await put('sessions/r1.md', 'session');
  await clock.advance(200 * day);
  await put('swarm/ops-maint/fresh.md', 'state');
  const outside = { ...context.outside, clock };
  expect(await tidyMemory({ memory, outside }, { tree: 'ops-maint', by })).toMatchObject({ nEntries: 2 });
  expect(memory.list({ withOld: true }).map(({ key }) => key)).toEqual([
    'swarm/env-setup/old.md',
    'swarm/ops-maint/decided.md',
    'swarm/ops-maint/fresh.md',
  ]);
  expect(memory.history('swarm/ops-maint/old.md')[0]).toMatchObject({ version: 1 });
  expect(await tidyMemory({ memory, outside }, { tree: 'ops-maint', by })).toEqual({ nEntries: 0, bytes: 0 });
});
