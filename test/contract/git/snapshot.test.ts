import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { createTrustedStore } from '../../../src/adapters/git/trusted-store.ts';
import { git, limits, openWorkshop, searchPath, write } from './support.ts';

describe('a snapshot', () => {
  test('takes the same tree as git from the same files', async () => {
    const { store, homeDir, dir } = await openWorkshop();
    const files = path.join(dir, 'files');
    write(files, {
      'a.txt': 'a',
      'a/b.txt': 'b',
      'a-b': 'c',
      'deep/er/file': 'd',
      empty: '',
      'name with \n newline': 'e',
      '-leading': 'f',
      ':(exclude)x': 'g',
      'ünï/çødé': 'h',
      '😀': 'i',
      '\uFB01 ligature': 'j',
    });
    fs.chmodSync(path.join(files, 'a-b'), 0o755);
    fs.symlinkSync('/etc/passwd', path.join(files, 'link'));
    fs.mkdirSync(path.join(files, 'empty folder/inside'), { recursive: true });
    const taken = await store.snapshot({ dir: files, limits });

    git(homeDir, 'rm', '-rq', '--cached', '.');
    git(homeDir, `--work-tree=${files}`, 'add', '--all', '--force');
    expect(taken).toEqual({ kind: 'taken', tree: git(homeDir, 'write-tree').trim(), nFiles: 12, nHashed: 12 });
  });

  test('hashes only what changed since the last snapshot', async () => {
    const { store, dir } = await openWorkshop();
    const files = path.join(dir, 'files');
    write(
      files,
      Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`d${index % 4}/f${index}`, `content ${index}`])),
    );
    await new Promise((resolve) => setTimeout(resolve, 30));
    const first = await store.snapshot({ dir: files, limits, cacheKey: 'files' });
    const again = await store.snapshot({ dir: files, limits, cacheKey: 'files' });
    expect(first).toMatchObject({ nHashed: 40 });
    expect(again).toEqual({ ...first, nHashed: 0 });

    // Same size, and the modification time put back: only the change time tells.
    const stat = fs.statSync(path.join(files, 'd1/f1'));
    fs.writeFileSync(path.join(files, 'd1/f1'), 'CONTENT 1');
    fs.utimesSync(path.join(files, 'd1/f1'), stat.atime, stat.mtime);
    const changed = await store.snapshot({ dir: files, limits, cacheKey: 'files' });
    expect(changed).toMatchObject({ kind: 'taken', nHashed: 1 });
    if (changed.kind !== 'taken' || first.kind !== 'taken') return;
    expect(await store.differences(first.tree, changed.tree)).toMatchObject([{ path: 'd1/f1', kind: 'changed' }]);
  });

  test('keeps its stat cache over a restart and does not believe a damaged one', async () => {
    const { dir, store, spawner } = await openWorkshop();
    const files = path.join(dir, 'files');
    write(files, { one: '1', two: '2' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    await store.snapshot({ dir: files, limits, cacheKey: 'files' });
    await store.close();
    const options = {
      gitDir: path.join(dir, 'state/store.git'),
      scratchDir: path.join(dir, 'state/scratch'),
      spawner,
      searchPath,
    };
    const second = createTrustedStore(options);
    expect(await second.snapshot({ dir: files, limits, cacheKey: 'files' })).toMatchObject({ nHashed: 0 });
    await second.close();
    const [cacheFile = ''] = fs.readdirSync(path.join(dir, 'state/scratch/stat-cache'));
    fs.appendFileSync(path.join(dir, 'state/scratch/stat-cache', cacheFile), 'x');
    const third = createTrustedStore(options);
    expect(await third.snapshot({ dir: files, limits, cacheKey: 'files' })).toMatchObject({ nHashed: 2 });
    await third.close();
  });

  test('stores a cached file again when the store has lost it', async () => {
    const { dir, spawner } = await openWorkshop();
    const files = path.join(dir, 'files');
    write(files, { one: '1' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    const scratchDir = path.join(dir, 'scratch-kept');
    const open = (name: string): ReturnType<typeof createTrustedStore> => {
      const store = createTrustedStore({ gitDir: path.join(dir, name), scratchDir, spawner, searchPath });
      onTestFinished(() => store.close());
      return store;
    };
    const first = open('first.git');
    await first.create();
    await first.snapshot({ dir: files, limits, cacheKey: 'files' });
    await first.close();
    const second = open('second.git');
    await second.create();
    const taken = await second.snapshot({ dir: files, limits, cacheKey: 'files' });
    expect(taken).toMatchObject({ kind: 'taken', nHashed: 1 });
    if (taken.kind !== 'taken') return;
    expect((await second.readFile(taken.tree, 'one'))?.toString()).toBe('1');
  });

  test('streams a large file and gets the same id as git', async () => {
    const { store, dir, homeDir } = await openWorkshop();
    const files = path.join(dir, 'files');
    fs.mkdirSync(files);
    fs.writeFileSync(path.join(files, 'large.bin'), Buffer.alloc(9 * 1024 * 1024, 'model weights '));
    const taken = await store.snapshot({ dir: files, limits });
    if (taken.kind !== 'taken') throw new Error('refused');
    expect((await store.list(taken.tree))[0]?.blob).toBe(
      git(homeDir, 'hash-object', '--no-filters', path.join(files, 'large.bin')).trim(),
    );
    expect(await store.verify()).toEqual([]);
  });

  test('leaves out what the caller skips and refuses what is over the limits', async () => {
    const { store, dir } = await openWorkshop();
    const files = path.join(dir, 'files');
    write(files, { a: 'aaaa', 'trees/x/file': 'skipped', 'b/c': 'cc' });
    const skip = (name: string): boolean => name === 'trees/';
    const taken = await store.snapshot({ dir: files, limits, skip });
    expect(taken).toMatchObject({ kind: 'taken', nFiles: 2 });
    expect(await store.snapshot({ dir: files, limits: { ...limits, maxFileBytes: 3 }, skip })).toEqual({
      kind: 'refused',
      refused: [{ path: 'a', reason: 'too large (4 bytes, at most 3)' }],
    });
    expect(await store.snapshot({ dir: files, limits: { ...limits, maxFiles: 1 }, skip })).toMatchObject({
      kind: 'refused',
      refused: [{ reason: 'too many files (more than 1)' }],
    });
    expect(await store.snapshot({ dir: files, limits: { ...limits, maxTotalBytes: 5 }, skip })).toMatchObject({
      kind: 'refused',
      refused: [{ reason: 'too large in all (more than 5 bytes)' }],
    });
  });
});
