import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, test } from 'vitest';

import { asCommitId, type CommitId } from '../../../src/base/ids.ts';
import { filesIn, git, limits, openWorkshop, write, type Workshop } from './support.ts';

async function setTrap(): Promise<{ readonly shop: Workshop; readonly dir: string }> {
  const shop = await openWorkshop();
  await shop.prepare(shop.base);
  return { shop, dir: shop.slot().dir };
}

describe('a hostile tree of files', () => {
  test('A23 links are stored as their text only', async () => {
    const { shop, dir } = await setTrap();
    fs.symlinkSync('/etc/passwd', path.join(dir, 'passwd'));
    fs.symlinkSync('/proc/self/environ', path.join(dir, 'environ'));
    fs.symlinkSync('/', path.join(dir, 'root'));
    const tree = await shop.take();
    for (const [name, target] of [
      ['passwd', '/etc/passwd'],
      ['environ', '/proc/self/environ'],
      ['root', '/'],
    ] as const) {
      expect((await shop.store.readFile(tree, name))?.toString()).toBe(target);
    }
    expect(await shop.store.patch(await shop.store.treeOf(shop.base), tree)).not.toContain('root:x:');
  });

  test('A11 FIFOs, sockets and devices are refused without waiting', async () => {
    const { shop, dir } = await setTrap();
    spawnSync('mkfifo', [path.join(dir, 'a-fifo')]);
    const startedMs = performance.now();
    expect(await shop.store.snapshot({ dir, limits })).toEqual({
      kind: 'refused',
      refused: [{ path: 'a-fifo', reason: 'fifo' }],
    });
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  test.each([
    '.git',
    '.GIT',
    '.Git',
    'git~1',
    'GIT~1',
    '.git ',
    '.git.',
    '.g\u200cit',
    '.gi\ufefft',
    '.git::$INDEX_ALLOCATION',
    '.git\\hooks',
    '..\\.git',
  ])('A25 the name %j is refused in a snapshot, in an edit, and on import', async (name) => {
    const { shop, dir } = await setTrap();
    write(path.join(dir, 'sub', name), { config: '[core]\n' });
    expect(await shop.store.snapshot({ dir, limits })).toMatchObject({
      kind: 'refused',
      refused: [{ path: `sub/${name}` }],
    });
    await expect(
      shop.store.editTree(await shop.store.treeOf(shop.base), new Map([[`${name}/x`, 'x']])),
    ).rejects.toMatchObject({ code: 'NAME_INVALID' });
    const commit = forgeCommit(shop, name);
    await expect(importThenUse(shop, commit)).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(fs.existsSync(path.join(shop.dir, 'exported'))).toBe(false);
  });

  test.each(['.', '..', 'a/b', ''])('A25 a tree with the entry %j is refused on import', async (name) => {
    const { shop } = await setTrap();
    await expect(importThenUse(shop, forgeCommit(shop, name))).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(await shop.store.findRef('refs/orchestrate/incoming/forged')).toBeUndefined();
  });

  test('A26 odd names are kept literally and are no options; bad UTF-8 is refused with its bytes', async () => {
    const { shop, dir } = await setTrap();
    const names = [
      'new\nline',
      ':(exclude)x',
      '-leading',
      '--upload-pack=evil',
      '"quoted"',
      'back\\slash',
      '\u001b[31mred',
      'a b',
      '\u202egnp.exe',
    ];
    write(dir, Object.fromEntries(names.map((name) => [name, name])));
    const tree = await shop.take();
    expect(
      (await shop.store.differences(await shop.store.treeOf(shop.base), tree))
        .map((difference) => difference.path)
        .sort(),
    ).toEqual([...names].sort());
    const { applied } = await shop.merge(tree, shop.base, 1);
    expect([...applied.written].sort()).toEqual([...names].sort());
    expect(filesIn(shop.homeDir)).toMatchObject(Object.fromEntries(names.map((name) => [name, name])));
    expect(git(shop.homeDir, 'status', '--porcelain')).toBe('');
    fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/ops/`), Buffer.from([0x61, 0xff, 0x62])]), 'x');
    expect(await shop.store.snapshot({ dir, limits })).toEqual({
      kind: 'refused',
      refused: [{ path: 'ops/a\\xffb', reason: 'name not UTF-8' }],
    });
  });

  test('A27 names that fold together are refused, both told', async () => {
    const { shop, dir } = await setTrap();
    write(dir, { README: 'a', readme: 'b', 'caf\u00e9': 'c', 'cafe\u0301': 'd' });
    const taken = await shop.store.snapshot({ dir, limits });
    if (taken.kind !== 'refused') throw new Error('taken');
    const told = taken.refused.map(({ path: name, reason }) =>
      [name, reason.replace('case collision with ', '')].sort(),
    );
    expect(told).toHaveLength(2);
    expect(told).toContainEqual(['README', 'readme']);
    expect(told).toContainEqual(['cafe\u0301', 'caf\u00e9'].sort());
  });
});

/** A commit in home whose tree has a folder of that name, made without git's own checks. */
function forgeCommit(shop: Workshop, name: string): CommitId {
  const hash = (type: string, input: Buffer | string): string => {
    const made = spawnSync('git', ['hash-object', '-t', type, '-w', '--literally', '--stdin'], {
      cwd: shop.homeDir,
      input,
    });
    return made.stdout.toString().trim();
  };
  const blob = hash('blob', 'x');
  const inner = hash('tree', Buffer.concat([Buffer.from('100644 config\0'), Buffer.from(blob, 'hex')]));
  const tree = hash('tree', Buffer.concat([Buffer.from(`40000 ${name}\0`), Buffer.from(inner, 'hex')]));
  return asCommitId(hash('commit', `tree ${tree}\nauthor E <e@e> 0 +0000\ncommitter E <e@e> 0 +0000\n\nforged\n`));
}

async function importThenUse(shop: Workshop, commit: CommitId): Promise<void> {
  await shop.store.importCommit({ gitDir: path.join(shop.homeDir, '.git'), commit, name: 'forged' });
  await shop.store.exportTree(await shop.store.treeOf(commit), path.join(shop.dir, 'exported'));
}
