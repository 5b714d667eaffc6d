import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { fileFault } from '../../src/adapters/files/file-fault.ts';
import { createFiles } from '../../src/adapters/files/files.ts';
import { rootInode } from '../fakes/fake-disk.ts';
import { createFakeFiles } from '../fakes/fake-files.ts';
import { describeFiles } from './files.contract.ts';
import { faultOf } from './support/fault-of.ts';
import { tempFolder } from './support/temp-folder.ts';

const folder = tempFolder();
const unshare = '/usr/bin/unshare';

describeFiles('real', () => ({ files: createFiles(), root: folder }));
describeFiles('fake', () => ({ files: createFakeFiles(), root: '/root' }));

describe('real files', () => {
  const files = createFiles();

  it('refuse to read a pipe, without waiting for its writer', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('/usr/bin/mkfifo', [pipe]);
    expect(await faultOf(files.readText(pipe))).toMatchObject({
      code: 'FILE_ACCESS',
      message: expect.stringContaining(pipe) as string,
    });
    expect((await files.manifest(folder, { skip: (name) => name !== 'pipe' })).lines).toEqual(['!not-a-file 644 pipe']);
  });

  it('remove and list in a manifest names that are no text', async () => {
    const dir = join(folder, 'odd');
    mkdirSync(dir);
    writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0x66, 0xff])]), '');
    writeFileSync(join(dir, 'two\nlines'), '');
    expect((await files.manifest(dir)).lines.map((line) => line.slice(69))).toEqual(['f\\xff', 'two\\x0alines']);
    await files.remove(dir);
    expect(await files.info(dir)).toBeUndefined();
  });

  it('leave nothing behind after a write that fails', async () => {
    const dir = join(folder, 'failed');
    mkdirSync(join(dir, 'taken/by-a-folder'), { recursive: true });
    expect((await faultOf(files.writeAtomic(join(dir, 'taken'), 'x'))).code).toBe('FILE_ACCESS');
    expect(readdirSync(dir)).toEqual(['taken']);
  });

  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EACCES', 'FILE_ACCESS'],
    ['EROFS', 'FILE_ACCESS'],
    ['EIO', 'FILE_ACCESS'],
  ])('turn %s into %s, with the path and the state', (code, fault) => {
    const error = Object.assign(new Error(code), { code, syscall: 'write' });
    expect(fileFault(error, 'write', '/a/b', 'Kept.')).toMatchObject({
      code: fault,
      message: expect.stringContaining('/a/b') as string,
      state: 'Kept.',
    });
  });

  it('say that a disk is really full, and keep the file that was there', ({ skip }) => {
    const script = `
      import { createFiles } from ${JSON.stringify(new URL('../../src/adapters/files/files.ts', import.meta.url).href)};
      const files = createFiles();
      await files.writeAtomic(process.argv[1] + '/file', 'old');
      const fault = await files.writeAtomic(process.argv[1] + '/file', 'x'.repeat(300_000)).catch((error) => error);
      console.log(fault.code, await files.readText(process.argv[1] + '/file'), (await files.list(process.argv[1])).length);
    `;
    const dir = join(folder, 'small-disk');
    mkdirSync(dir);
    const mount = 'mount -t tmpfs -o size=100k none "$1" || exit 42; exec "$2" --input-type=module -e "$3" "$1"';
    const result = spawnSync(unshare, ['--mount', '--', 'sh', '-c', mount, 'sh', dir, process.execPath, script], {
      encoding: 'utf8',
    });
    if (result.error !== undefined || result.status === 1 || result.status === 42)
      skip('this machine allows no mounts');
    expect(result.stdout).toBe('DISK_FULL old 1\n');
  });
});

describe('the crash states of fake files', () => {
  it('hold the old or the new file, never between, after an atomic write', async () => {
    const files = createFakeFiles();
    files.put('/dir/file', 'old');
    await files.writeAtomic('/dir/file', 'new');
    const seen = new Set<string | undefined>();
    for (const state of files.crashStates()) seen.add(await state.readText('/dir/file'));
    expect(seen).toEqual(new Set(['new', 'old']));
  });

  it('lose a rename without a sync of the folder, and content without a sync of the file (the control)', async () => {
    const files = createFakeFiles();
    files.put('/dir/file', 'old');
    const { disk } = files;
    const dir = [...disk.inodes].find(([id, { kind }]) => kind === 'directory' && id !== rootInode)?.[0] ?? 0;
    const inode = disk.nextInode();
    disk.do({ kind: 'create', inode, what: 'file', mode: 0o644 });
    disk.do({ kind: 'set', dir, name: 'tmp', inode });
    disk.do({ kind: 'write', inode, data: Buffer.from('new!') });
    disk.do({ kind: 'move', from: dir, fromName: 'tmp', dir, name: 'file', inode });
    const seen = new Set<string | undefined>();
    for (const state of files.crashStates()) seen.add(await state.readText('/dir/file'));
    expect(seen).toEqual(new Set(['', 'ne', 'new!', 'old']));
  });

  it('can have a full disk at any step, and the file is then the old or the new one', async () => {
    for (let nSteps = 0; nSteps < 10; nSteps += 1) {
      const files = createFakeFiles();
      files.put('/dir/file', 'old');
      files.failAfter(nSteps);
      const fault = await files.writeAtomic('/dir/file', 'new').then(
        () => undefined,
        (error: unknown) => error,
      );
      files.failAfter(undefined);
      expect(['old', 'new']).toContain(await files.readText('/dir/file'));
      expect(await files.list('/dir')).toEqual(['file']);
      expect((fault as { code: string } | undefined)?.code ?? 'DISK_FULL').toBe('DISK_FULL');
    }
  });
});
