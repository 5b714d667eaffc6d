import * as fs from 'node:fs';

import { describe, expect, test } from 'vitest';

import type { GitTreeId } from '../../../src/base/ids.ts';
import type { MergeSides } from '../../../src/ports/git.ts';
import { openWorkshop } from './support.ts';

type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

const objectsOf = (dir: string): number => {
  const files = fs.readdirSync(dir, { recursive: true, withFileTypes: true });
  return files.filter((one) => one.isFile() && one.parentPath.includes('objects')).length;
};

/** The matrix by one process per pair: what the one process has to agree with. */
async function oneByOne({ store }: Workshop, merges: readonly MergeSides[]): Promise<readonly (readonly string[])[]> {
  const found: (readonly string[])[] = [];
  for (const sides of merges) {
    const merged = await store.mergeTrees(sides);
    found.push(merged.kind === 'clean' ? [] : merged.paths);
  }
  return found;
}

const pairsOf = (base: GitTreeId, trees: readonly GitTreeId[]): readonly MergeSides[] =>
  trees.flatMap((ours, index) => trees.slice(index + 1).map((theirs) => ({ base, ours, theirs })));

describe('conflictsOf', () => {
  test('answers every pair as git does for each alone, renames, modes and folders included', async () => {
    const shop = await openWorkshop();
    const { store } = shop;
    const text = Array.from({ length: 12 }, (_, n) => `line ${n}\n`).join('');
    const first = await store.editTree(
      await store.treeOf(shop.base),
      new Map([
        ['docs/a.md', text],
        ['docs/b.md', 'b\n'],
      ]),
    );
    const edit = (edits: Readonly<Record<string, string | null>>) =>
      store.editTree(first, new Map(Object.entries(edits)));
    const entries = await store.list(first);
    const trees = [
      await edit({ 'docs/a.md': text.replace('line 3', 'mine') }),
      await edit({ 'docs/a.md': text.replace('line 3', 'other') }),
      await edit({ 'docs/a.md': text.replace('line 11', 'far away') }),
      // Renamed: an edit of the old name follows it.
      await edit({ 'docs/a.md': null, 'docs/renamed.md': text }),
      await edit({ 'docs/a.md': null, 'docs/another name "x".md': text }),
      await edit({ 'docs/b.md': null }),
      await edit({ 'docs/b.md': null, 'docs/b.md/inside': 'a folder now\n' }),
      await store.writeTree(entries.map((one) => (one.path === 'docs/b.md' ? { ...one, mode: '100755' } : one))),
      await store.writeTree(entries.map((one) => (one.path === 'docs/b.md' ? { ...one, mode: '120000' } : one))),
      await edit({ 'docs/b.md': '\0\x01 binary' }),
      await edit({ 'docs/new.md': 'x\n' }),
      await edit({ 'docs/new.md': 'y\n' }),
    ];
    const pairs = pairsOf(first, trees);
    const found = await store.conflictsOf(pairs);
    expect(found).toEqual(await oneByOne(shop, pairs));
    expect(found[0]).toEqual(['docs/a.md']);
    expect(found[1]).toEqual([]);
    expect(found.filter((paths) => paths.length > 0).length).toBeGreaterThan(8);
  });

  test('takes a base of its own for each pair, and asks git nothing where one side is the base', async () => {
    const shop = await openWorkshop();
    const { store } = shop;
    const first = await store.treeOf(shop.base);
    const write = (base: GitTreeId, file: string, content: string) => store.editTree(base, new Map([[file, content]]));
    const later = await write(first, 'docs/x.md', 'later\n');
    const mine = await write(first, 'docs/x.md', 'mine\n');
    const other = await write(later, 'docs/x.md', 'other\n');
    const found = await store.conflictsOf([
      { base: first, ours: first, theirs: mine },
      { base: first, ours: mine, theirs: other },
      { base: later, ours: mine, theirs: other },
      { base: later, ours: later, theirs: other },
    ]);
    expect(found).toEqual([[], ['docs/x.md'], ['docs/x.md'], []]);
    expect(await store.conflictsOf([])).toEqual([]);
  });

  test('leaves nothing in the store and nothing beside it', async () => {
    const shop = await openWorkshop();
    const { store, dir } = shop;
    const first = await store.treeOf(shop.base);
    const trees = await Promise.all(
      ['one\n', 'two\n', 'three\n'].map((content) => store.editTree(first, new Map([['docs/x.md', content]]))),
    );
    const before = objectsOf(dir);
    expect(await store.conflictsOf(pairsOf(first, trees))).toEqual([['docs/x.md'], ['docs/x.md'], ['docs/x.md']]);
    expect(objectsOf(dir)).toBe(before);
    // Positive control: a merge that is to be kept does write.
    await store.mergeTrees({ base: first, ours: trees[0] ?? first, theirs: trees[1] ?? first });
    expect(objectsOf(dir)).toBeGreaterThan(before);
  });

  test('obeys no attributes of a tree: who edits must not choose how it is merged', async () => {
    const shop = await openWorkshop();
    const { store } = shop;
    const first = await store.editTree(
      await store.treeOf(shop.base),
      new Map([
        ['.gitattributes', '* merge=union\n'],
        ['docs/x.md', 'a\n'],
      ]),
    );
    const write = (content: string) => store.editTree(first, new Map([['docs/x.md', content]]));
    const [one, two] = [await write('b\n'), await write('c\n')];
    expect(await store.conflictsOf([{ base: first, ours: one, theirs: two }])).toEqual([['docs/x.md']]);
  });

  test('twenty changes over 2,000 files are 190 pairs in one git', async () => {
    const shop = await openWorkshop();
    const { store } = shop;
    const files = Array.from({ length: 2_000 }, (_, n): [string, string] => [
      `docs/${n % 40}/${n}.md`,
      `file ${n}\n${'text\n'.repeat(20)}`,
    ]);
    const first = await store.editTree(await store.treeOf(shop.base), new Map(files));
    const trees: GitTreeId[] = [];
    for (let n = 0; n < 20; n += 1) {
      const touched = [`docs/${n % 40}/${n}.md`, `docs/${Math.floor(n / 2)}/${Math.floor(n / 2) + 40}.md`];
      trees.push(await store.editTree(first, new Map(touched.map((file) => [file, `by ${n}\n`]))));
    }
    const calls = countCalls(shop);
    const pairs = pairsOf(first, trees);
    const found = await store.conflictsOf(pairs);
    expect(pairs).toHaveLength(190);
    expect(found.filter((paths) => paths.length > 0)).toHaveLength(10);
    expect(calls()).toBe(1);
  });
});

function countCalls({ store }: Workshop): () => number {
  const { door } = store.parts;
  const run = door.run.bind(door);
  let nCalls = 0;
  (door as { run: typeof run }).run = (call) => {
    nCalls += 1;
    return run(call);
  };
  return () => nCalls;
}
