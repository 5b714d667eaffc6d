import { describe, expect, test } from 'vitest';

import { openWorkshop } from './support.ts';

describe('a part of a patch', () => {
  test('gives pages that fit together to the whole patch, each in whole lines', async () => {
    const { store, base } = await openWorkshop();
    const before = await store.treeOf(base);
    const lines = Array.from({ length: 3_000 }, (_, n) => `line ${n} of many\n`).join('');
    const after = await store.editTree(before, new Map([['docs/long.md', lines]]));
    const whole = await store.patch(before, after);
    const pages: string[] = [];
    for (let fromByte = 0; ; fromByte += 10_000) {
      const part = await store.patchPart({ before, after, paths: [], fromByte, maxBytes: 10_000 });
      expect(part.text).toMatch(/\n$/);
      pages.push(part.text);
      if (part.isEnd) break;
    }
    expect(pages.length).toBeGreaterThan(4);
    expect(pages.join('')).toBe(whole);
  });

  test('takes paths literally, however many and whatever their names', async () => {
    const { store, base } = await openWorkshop();
    const before = await store.treeOf(base);
    const names = [
      '-x',
      ':(exclude)docs',
      '*.md',
      'caf\u00e9',
      'two\nlines',
      ...Array.from({ length: 900 }, (_, n) => `d/${'y'.repeat(180)}${n}`),
    ];
    const after = await store.editTree(
      before,
      new Map([...names, 'other.md'].map((name) => [name, `${name.length}\n`])),
    );
    const counts = await store.countLines({ before, after, paths: names });
    expect([...counts.keys()].sort()).toEqual([...names].sort());
    const { text, isEnd } = await store.patchPart({ before, after, paths: names, fromByte: 0, maxBytes: 10_000_000 });
    expect(isEnd).toBe(true);
    expect(text.match(/^diff --git/gm)).toHaveLength(names.length);
    expect(text).not.toContain('other.md');
  });

  test('hides nothing that attributes of the tree call binary or no text', async () => {
    const { store, base } = await openWorkshop();
    const before = await store.treeOf(base);
    const after = await store.editTree(
      before,
      new Map([
        ['.gitattributes', '* -diff\n*.md binary\n'],
        ['docs/env-setup/notes.md', 'hidden?\n'],
      ]),
    );
    const { text } = await store.patchPart({ before, after, paths: [], fromByte: 0, maxBytes: 100_000 });
    expect(text).toContain('+hidden?');
    expect(text).not.toContain('Binary files');
    const counts = await store.countLines({ before, after, paths: ['docs/env-setup/notes.md'] });
    expect(counts.get('docs/env-setup/notes.md')?.added).toBe(1);
  });

  test('holds a page of 200 MB in bounded memory', async () => {
    const { store, base } = await openWorkshop();
    const before = await store.treeOf(base);
    const after = await store.editTree(before, new Map([['big.txt', 'a line of the large file\n'.repeat(8_000_000)]]));
    const usedBefore = process.memoryUsage().rss;
    const part = await store.patchPart({ before, after, paths: ['big.txt'], fromByte: 0, maxBytes: 1_000_000 });
    expect(part.isEnd).toBe(false);
    expect(part.text.length).toBeLessThan(1_100_000);
    // Held whole, bytes and text would be 400 MB; what the runtime does with its own memory meanwhile is far less.
    expect(process.memoryUsage().rss - usedBefore).toBeLessThan(120_000_000);
  });
});

describe('facts of blobs', () => {
  test('know binary by its bytes, whatever attributes say, and read nothing that is too large', async () => {
    const { store } = await openWorkshop();
    const blobs = await store.writeBlobs([Buffer.from('text\n'), Buffer.from([1, 0, 2]), Buffer.alloc(2_000_000, 'x')]);
    const facts = await store.blobFacts(blobs, { maxReadBytes: 1_000_000 });
    expect(blobs.map((blob) => facts.get(blob))).toEqual([
      { sizeBytes: 5, isBinary: false },
      { sizeBytes: 3, isBinary: true },
      { sizeBytes: 2_000_000, isBinary: null },
    ]);
  });
});
