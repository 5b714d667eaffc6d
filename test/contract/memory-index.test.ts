import { afterEach, beforeEach, expect, it } from 'vitest';

import type { Memory } from '../../src/ports/index.ts';
import { makeMemoryPlace } from './support/memory-place.ts';

const by = { kind: 'program', name: 'test' } as const;
let place: ReturnType<typeof makeMemoryPlace>;
let memory: Memory;
beforeEach(() => {
  place = makeMemoryPlace();
  memory = place.open();
});
afterEach(async () => {
  await memory.close();
  await place.remove();
});
const put = (key: string, text: string, more: object = {}): ReturnType<Memory['put']> =>
  memory.put({ key, kind: 'state', text, by, ...more });
const found = (words: string, limit?: number): string[] =>
  memory.search({ words, ...(limit === undefined ? {} : { limit }) }).map(({ version }) => version.key);

it('shows what was written last of equals that are too many, also after the index was made again', async () => {
  const keys = Array.from({ length: 12 }, (_, n) => `n${10 + n}`);
  for (const key of keys) await put(key, `equally good ${key}`);
  expect(found('equally good', 3)).toEqual(['n19', 'n20', 'n21']);
  await put('n12', 'equally good again', { expiresAtMs: place.clock.nowMs() + 1_000 });
  await put('no', 'it is not', { refutes: [{ key: 'n20', version: 1 }] });
  await put('n21', 'something else');
  const before = [1, 3, 20].map((limit) => memory.search({ words: 'equally good', limit }));
  expect(before[1]?.map(({ version }) => version.key)).toEqual(['n12', 'n18', 'n19']);
  await memory.rebuild();
  expect([1, 3, 20].map((limit) => memory.search({ words: 'equally good', limit }))).toStrictEqual(before);
  await place.clock.advance(1_000);
  expect(found('equally good', 3)).toEqual(['n17', 'n18', 'n19']);
});

it('puts first what says it more often, in its key or in fewer words, however short all texts are', async () => {
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await put(key, '--');
  await put('once', 'x');
  await put('often', 'x x x');
  expect(found('x')).toEqual(['often', 'once']);
  for (const { score } of memory.search({ words: 'x' })) expect(score).toBeGreaterThan(0);
  await put('torch', 'about it');
  await put('aside', `torch ${'and much else '.repeat(200)}`);
  await put('note', 'torch is slow here');
  expect(found('torch')).toEqual(['torch', 'note', 'aside']);
});

it('finds what is old by a word that hundreds of newer entries have', async () => {
  await put('z/common', 'of old');
  await put('z/both', 'common and rare');
  await put('z/plain', 'common');
  for (let n = 0; n < 270; n += 1) place.edit(`n/${n}.md`, `common entry of ${n}`);
  await memory.sync();
  // In its key, or beside a rarer word: first. Of those that have it in the text alone, as many as count at most were written since.
  expect(found('common', 2)).toEqual(['z/common', expect.stringMatching(/^n/)]);
  expect([found('common rare'), found('z common', 1)]).toEqual([['z/both'], ['z/common']]);
  expect(memory.search({ words: 'common rare', any: true, limit: 3 }).map(({ version }) => version.key)).toEqual([
    ...['z/common', 'z/both', expect.stringMatching(/^n/)],
  ]);
  expect(memory.search({ words: 'common', prefix: 'z' }).map(({ version }) => version.key)).toEqual([
    ...['z/common', 'z/plain', 'z/both'],
  ]);
  expect(found('common', 1_000)).toHaveLength(273);
});

it('forgets the words of what was written over, taken away or refuted', async () => {
  await put('a', 'torch 2.9 is fine');
  await put('a', 'numpy 2 is fine');
  expect(found('torch')).toEqual([]);
  await put('b', 'torch · café 中文');
  expect([found('torch'), found('cafe'), found('中文'), found('·')]).toEqual([['b'], ['b'], ['b'], []]);
  await memory.remove({ key: 'b', ifVersion: 1, by, reason: 'old' });
  expect([found('torch'), found('cafe'), found('numpy')]).toEqual([[], [], ['a']]);
  await memory.rebuild();
  expect([found('torch'), found('cafe'), found('numpy')]).toEqual([[], [], ['a']]);
});

it('forgets the words of a version that was dropped before the index came to it', async () => {
  await put('a', 'torch torch');
  expect(found('torch')).toEqual(['a']);
  for (let n = 1; n <= 12; n += 1) await put('a', `numpy ${n} is fine`);
  // Nobody searched since: the index still has the first version, whose text is gone for good by now.
  expect(await memory.drop([{ key: 'a', version: 1 }], { by, reason: 'old' })).toHaveLength(1);
  await put('b', 'undefined, and of torch a little among much else');
  // Words that stayed behind would rank before it, and take its place.
  expect([found('torch', 1), found('numpy'), found('undefined')]).toEqual([['b'], ['a'], ['b']]);
});
