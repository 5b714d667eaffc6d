import { expect, it } from 'vitest';

import type { AgentMemory } from '../../../src/actions/_context.ts';
import { recalledClaims } from '../../../src/actions/_recalled-claims.ts';
import type { MemoryEntry } from '../../../src/domain/memory/entry.ts';
import { createFakeClock } from '../../fakes/fake-clock.ts';
import { createFakeMemory } from '../../fakes/fake-memory.ts';

const by = { kind: 'program', name: 'log-analyst' } as const;

/** Three entries about torch; `given` of them were given to the attempt. */
async function scene(given: readonly string[]) {
  const memory = createFakeMemory({ clock: createFakeClock() });
  const put = (key: string, text: string) => memory.put({ key, kind: 'pattern', text, by });
  await put('swarm/a.md', 'torch torch torch\n');
  await put('swarm/b.md', 'a long text that speaks of many other things and once of torch\n');
  await put('swarm/c.md', 'bears\n');
  const restored: MemoryEntry[] = [];
  for (const key of given) restored.push((await memory.get(key)) as MemoryEntry);
  const agent: AgentMemory = { ...reading(memory), restored };
  const entries = async (limit = 5) =>
    (await recalledClaims(agent, 'what about torch', limit)).map(({ entry }) => entry);
  return { memory, put, entries };
}

const reading = (memory: ReturnType<typeof createFakeMemory>): Omit<AgentMemory, 'restored'> => ({
  get: (key) => memory.get(key),
  search: (query) => memory.search(query),
  put: () => Promise.reject(new Error('an answer writes nothing')),
  tidy: () => Promise.reject(new Error('an answer takes nothing away')),
});

it('answers from what the attempt was given before anything that fits the words better, each entry once', async () => {
  expect(await (await scene([])).entries()).toEqual(['swarm/a.md@1', 'swarm/b.md@1']);
  const { entries } = await scene(['swarm/b.md', 'swarm/c.md']);
  expect(await entries()).toEqual(['swarm/b.md@1', 'swarm/a.md@1']);
  expect(await entries(1)).toEqual(['swarm/b.md@1']);
});

it('answers with nothing that was refuted since, and with the version of now', async () => {
  const { memory, put, entries } = await scene(['swarm/b.md', 'swarm/a.md']);
  const refutes = [{ key: 'swarm/b.md', version: 1 }];
  await memory.put({ key: 'swarm/d.md', kind: 'decision', text: 'it is not so\n', by, refutes });
  await put('swarm/a.md', 'torch is another\n');
  expect(await entries()).toEqual(['swarm/a.md@2']);
});
