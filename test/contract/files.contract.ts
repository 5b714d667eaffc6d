import { hash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { Files } from '../../src/ports/files.ts';
import { faultOf } from './support/fault-of.ts';

/** The behaviour of `Files`, for the real one and the fake. `root` is an empty folder. */
export function describeFiles(name: string, make: () => { files: Files; root: string }): void {
  describe(`files, ${name}`, () => {
    const { files, root } = make();
    let nFolders = 0;
    const folder = async (): Promise<string> => {
      const dir = `${root}/f${(nFolders += 1)}`;
      await files.ensureDir(dir);
      return dir;
    };

    it('write a file and read it back, as text and as bytes', async () => {
      const dir = await folder();
      await files.writeAtomic(`${dir}/a`, 'grün\n');
      expect(await files.readText(`${dir}/a`)).toBe('grün\n');
      await files.writeAtomic(`${dir}/a`, Buffer.from([0, 255, 10]));
      expect([...((await files.readBytes(`${dir}/a`)) ?? [])]).toEqual([0, 255, 10]);
      expect(await files.list(dir)).toEqual(['a']);
    });

    it('read a part of a file, and tell when another one took its place', async () => {
      const dir = await folder();
      const part = (offset: number, maxBytes = 3) => files.readPart(`${dir}/log`, { offset, maxBytes });
      expect(await part(0)).toBeUndefined();
      await files.writeAtomic(`${dir}/log`, 'abcdef');
      const first = await part(4);
      expect({ ...first, bytes: Buffer.from(first?.bytes ?? []).toString() }).toMatchObject({
        bytes: 'ef',
        sizeBytes: 6,
      });
      expect((await part(2))?.fileId).toBe(first?.fileId);
      expect((await part(9))?.bytes).toHaveLength(0);
      await files.writeAtomic(`${dir}/log`, 'x');
      expect((await part(0))?.fileId).not.toBe(first?.fileId);
      await files.link(`${dir}/link`, `${dir}/log`);
      expect((await faultOf(files.readPart(`${dir}/link`, { offset: 0, maxBytes: 3 }))).code).toBe('FILE_ACCESS');
    });

    it('put away what a file holds, and leave the file itself there, empty', async () => {
      const dir = await folder();
      await files.writeAtomic(`${dir}/log`, 'one\ntwo\n');
      await files.writeAtomic(`${dir}/away`, 'something older and longer');
      const before = await files.readPart(`${dir}/log`, { offset: 0, maxBytes: 0 });
      expect(await files.cutOff(`${dir}/log`, `${dir}/away`)).toBe(8);
      expect(await files.readText(`${dir}/away`)).toBe('one\ntwo\n');
      expect((await files.info(`${dir}/away`))?.mode).toBe(0o600);
      const after = await files.readPart(`${dir}/log`, { offset: 0, maxBytes: 9 });
      expect(after).toMatchObject({ sizeBytes: 0, fileId: before?.fileId });
      expect(await files.cutOff(`${dir}/absent`, `${dir}/away`)).toBeUndefined();
      await files.link(`${dir}/link`, `${dir}/away`);
      expect((await faultOf(files.cutOff(`${dir}/link`, `${dir}/other`))).code).toBe('FILE_ACCESS');
    });

    it('give undefined or nothing for what is absent', async () => {
      const absent = `${await folder()}/no/where`;
      expect(await files.readText(absent)).toBeUndefined();
      expect(await files.readBytes(absent)).toBeUndefined();
      expect(await files.info(absent)).toBeUndefined();
      expect(await files.readLink(absent)).toBeUndefined();
      expect(await files.realPath(absent)).toBeUndefined();
      expect(await files.list(absent)).toEqual([]);
      expect(await files.sizeBytes(absent)).toBe(0);
      expect((await files.manifest(absent)).lines).toEqual([]);
      await files.remove(absent);
      await files.setReadOnly(absent, true);
    });

    it('count a folder by its entries, to a limit, and tell a touched one from one that is as it was', async () => {
      const dir = await folder();
      await files.ensureDir(`${dir}/loras/sub`);
      await files.writeAtomic(`${dir}/loras/a.safetensors`, '12345');
      await files.writeAtomic(`${dir}/loras/sub/b.safetensors`, '123');
      await files.link(`${dir}/loras/c`, '/nowhere');
      const before = await files.tally(`${dir}/loras`, { maxEntries: 100 });
      expect(before).toMatchObject({ nFiles: 3, sizeBytes: 8 + '/nowhere'.length, isCut: false });
      expect(await files.tally(`${dir}/loras`, { maxEntries: 100 })).toEqual(before);
      await files.setReadOnly(`${dir}/loras/a.safetensors`, true);
      const locked = await files.tally(`${dir}/loras`, { maxEntries: 100 });
      expect(locked.digest).toBe(before.digest);
      expect(locked.statDigest).not.toBe(before.statDigest);
      await files.writeAtomic(`${dir}/loras/a.safetensors`, '123456');
      expect((await files.tally(`${dir}/loras`, { maxEntries: 100 })).digest).not.toBe(before.digest);
      expect(await files.tally(`${dir}/loras`, { maxEntries: 1 })).toMatchObject({ isCut: true });
      expect(await files.tally(`${dir}/absent`, { maxEntries: 1 })).toMatchObject({ nFiles: 0, newestMs: 0 });
    });

    it('set the mode of a new file and keep the mode of an old one', async () => {
      const dir = await folder();
      await files.writeAtomic(`${dir}/plain`, '');
      await files.writeAtomic(`${dir}/secret`, 'a', { mode: 0o600 });
      await files.writeAtomic(`${dir}/secret`, 'bc');
      expect(await files.info(`${dir}/plain`)).toMatchObject({ kind: 'file', mode: 0o644, sizeBytes: 0 });
      expect(await files.info(`${dir}/secret`)).toMatchObject({ kind: 'file', mode: 0o600, sizeBytes: 2 });
    });

    it('replace a link instead of writing through it', async () => {
      const dir = await folder();
      await files.writeAtomic(`${dir}/target`, 'kept');
      await files.link(`${dir}/link`, 'target');
      expect(await files.readText(`${dir}/link`)).toBe('kept');
      await files.writeAtomic(`${dir}/link`, 'new');
      expect(await files.info(`${dir}/link`)).toMatchObject({ kind: 'file' });
      expect(await files.readText(`${dir}/target`)).toBe('kept');
    });

    it('refuse to write where there is no folder, and name the path', async () => {
      const path = `${await folder()}/no/file`;
      const fault = await faultOf(files.writeAtomic(path, 'x'));
      expect(fault).toMatchObject({ code: 'FILE_ACCESS', data: { code: 'ENOENT', path } });
      expect(fault.message).toContain(path);
    });

    it('refuse to read a folder and to list a file', async () => {
      const dir = await folder();
      await files.writeAtomic(`${dir}/file`, 'x');
      expect((await faultOf(files.readText(dir))).code).toBe('FILE_ACCESS');
      expect((await faultOf(files.list(`${dir}/file`))).code).toBe('FILE_ACCESS');
      expect(await files.list(`${dir}/file/below`)).toEqual([]);
    });

    it('create folders with their parents, again and again', async () => {
      const dir = await folder();
      await files.ensureDir(`${dir}/a/b/c`, { mode: 0o700 });
      await files.ensureDir(`${dir}/a/b/c`);
      expect(await files.info(`${dir}/a/b/c`)).toMatchObject({ kind: 'directory', mode: 0o700 });
      await files.writeAtomic(`${dir}/file`, '');
      expect((await faultOf(files.ensureDir(`${dir}/file`))).code).toBe('FILE_ACCESS');
    });

    it('list names sorted', async () => {
      const dir = await folder();
      for (const entry of ['b', 'a', 'B', 'ä']) await files.writeAtomic(`${dir}/${entry}`, '');
      expect(await files.list(dir)).toEqual(['B', 'a', 'b', 'ä']);
    });

    it('move files and folders, onto a file but not onto a folder that holds something', async () => {
      const dir = await folder();
      await files.ensureDir(`${dir}/from`);
      await files.writeAtomic(`${dir}/from/x`, '1');
      await files.rename(`${dir}/from`, `${dir}/to`);
      await files.writeAtomic(`${dir}/y`, '2');
      await files.rename(`${dir}/y`, `${dir}/to/x`);
      expect(await files.readText(`${dir}/to/x`)).toBe('2');
      expect(await files.list(dir)).toEqual(['to']);
      await files.ensureDir(`${dir}/other`);
      expect((await faultOf(files.rename(`${dir}/other`, `${dir}/to`))).code).toBe('FILE_ACCESS');
      expect((await faultOf(files.rename(`${dir}/absent`, `${dir}/z`))).code).toBe('FILE_ACCESS');
    });

    it('move to a name at which nothing is, and never over anything', async () => {
      const dir = await folder();
      await files.writeAtomic(`${dir}/file`, '1');
      await files.writeAtomic(`${dir}/taken`, '2');
      await files.ensureDir(`${dir}/folder/below`);
      await files.ensureDir(`${dir}/empty`);
      await files.link(`${dir}/link`, 'nowhere');
      for (const from of ['file', 'folder', 'link'])
        for (const to of ['taken', 'empty'])
          expect(await files.moveNew(`${dir}/${from}`, `${dir}/${to}`)).toBe('taken');
      expect(await files.moveNew(`${dir}/file`, `${dir}/link`)).toBe('taken');
      expect(await files.readText(`${dir}/taken`)).toBe('2');
      for (const from of ['file', 'folder', 'link'])
        expect(await files.moveNew(`${dir}/${from}`, `${dir}/new-${from}`)).toBe('moved');
      expect(await files.list(dir)).toEqual(['empty', 'new-file', 'new-folder', 'new-link', 'taken']);
      expect(await files.readText(`${dir}/new-file`)).toBe('1');
      expect(await files.list(`${dir}/new-folder`)).toEqual(['below']);
      expect(await files.readLink(`${dir}/new-link`)).toBe('nowhere');
    });

    it('make links and replace links, but nothing else', async () => {
      const dir = await folder();
      await files.link(`${dir}/link`, '../somewhere');
      await files.link(`${dir}/link`, 'elsewhere');
      expect(await files.readLink(`${dir}/link`)).toBe('elsewhere');
      expect(await files.info(`${dir}/link`)).toMatchObject({ kind: 'link' });
      expect(await files.realPath(`${dir}/link`)).toBeUndefined();
      await files.writeAtomic(`${dir}/file`, 'kept');
      expect((await faultOf(files.link(`${dir}/file`, 'x'))).code).toBe('FILE_ACCESS');
      expect(await files.readText(`${dir}/file`)).toBe('kept');
      expect(await files.readLink(`${dir}/file`)).toBeUndefined();
    });

    it('resolve links in a path', async () => {
      const dir = await folder();
      await files.ensureDir(`${dir}/real`);
      await files.writeAtomic(`${dir}/real/x`, '');
      await files.link(`${dir}/link`, 'real');
      expect(await files.realPath(`${dir}/link/x`)).toBe(`${dir}/real/x`);
    });

    it('remove a tree, read-only parts too, and never what a link leads to', async () => {
      const dir = await folder();
      await files.ensureDir(`${dir}/tree/deep`);
      await files.ensureDir(`${dir}/kept`);
      await files.writeAtomic(`${dir}/kept/file`, 'kept');
      await files.writeAtomic(`${dir}/tree/deep/file`, 'x');
      await files.link(`${dir}/tree/link`, '../kept');
      await files.setReadOnly(`${dir}/tree`, true);
      await files.remove(`${dir}/tree`);
      await files.link(`${dir}/link`, 'kept');
      await files.remove(`${dir}/link`);
      expect(await files.list(dir)).toEqual(['kept']);
      expect(await files.readText(`${dir}/kept/file`)).toBe('kept');
    });

    it('copy a tree with modes and links, into a folder that may be there', async () => {
      const dir = await folder();
      await files.ensureDir(`${dir}/from/sub`, { mode: 0o750 });
      await files.writeAtomic(`${dir}/from/sub/run`, '#!', { mode: 0o755 });
      await files.link(`${dir}/from/link`, '/absolute/target');
      await files.setReadOnly(`${dir}/from/sub`, true);
      await files.copyTree(`${dir}/from`, `${dir}/to`);
      expect(await files.info(`${dir}/to/sub`)).toMatchObject({ kind: 'directory', mode: 0o550 });
      expect(await files.info(`${dir}/to/sub/run`)).toMatchObject({ mode: 0o555 });
      expect(await files.readLink(`${dir}/to/link`)).toBe('/absolute/target');
      expect((await files.manifest(`${dir}/to`)).digest).toBe((await files.manifest(`${dir}/from`)).digest);
      await files.copyTree(`${dir}/from`, `${dir}/to`);
      expect((await faultOf(files.copyTree(`${dir}/absent`, `${dir}/to`))).code).toBe('FILE_ACCESS');
    });

    it('copy a file or a tree so that it is on the disk, with the same content', async () => {
      const dir = await folder();
      await files.ensureDir(`${dir}/from/sub`);
      await files.writeAtomic(`${dir}/from/sub/a`, 'a', { mode: 0o444 });
      await files.link(`${dir}/from/link`, 'nowhere');
      await files.copyTree(`${dir}/from`, `${dir}/to`, { synced: true });
      expect((await files.manifest(`${dir}/to`)).digest).toBe((await files.manifest(`${dir}/from`)).digest);
      await files.copyTree(`${dir}/from/sub/a`, `${dir}/one`, { synced: true });
      expect(await files.readText(`${dir}/one`)).toBe('a');
    });

    it('do not copy through a link in the target', async () => {
      const dir = await folder();
      await files.ensureDir(`${dir}/from`);
      await files.writeAtomic(`${dir}/from/file`, 'new');
      await files.writeAtomic(`${dir}/outside`, 'kept');
      await files.ensureDir(`${dir}/to`);
      await files.link(`${dir}/to/file`, '../outside');
      await files.copyTree(`${dir}/from`, `${dir}/to`);
      expect(await files.readText(`${dir}/outside`)).toBe('kept');
      expect(await files.readText(`${dir}/to/file`)).toBe('new');
    });

    it('switch a tree to read-only and back', async () => {
      const dir = await folder();
      await files.ensureDir(`${dir}/tree`);
      await files.writeAtomic(`${dir}/tree/file`, '', { mode: 0o755 });
      await files.setReadOnly(`${dir}/tree`, true);
      expect(await files.info(`${dir}/tree`)).toMatchObject({ mode: 0o555 });
      expect(await files.info(`${dir}/tree/file`)).toMatchObject({ mode: 0o555 });
      await files.setReadOnly(`${dir}/tree`, false);
      expect(await files.info(`${dir}/tree/file`)).toMatchObject({ mode: 0o755 });
    });

    it('take a manifest of paths, modes and contents, in one order', async () => {
      const dir = await folder();
      await files.ensureDir(`${dir}/sub`);
      await files.writeAtomic(`${dir}/sub/z`, 'hello');
      await files.writeAtomic(`${dir}/a b`, 'hello', { mode: 0o755 });
      await files.writeAtomic(`${dir}/skipped`, 'x');
      await files.link(`${dir}/link`, 'sub/z');
      const sha256 = hash('sha256', 'hello');
      const lines = [`${sha256} 755 a b`, '->sub/z 777 link', `${sha256} 644 sub/z`];
      const manifest = await files.manifest(dir, { skip: (path) => path === 'skipped' });
      expect(manifest).toEqual({ lines, nFiles: 3, sizeBytes: 10, digest: hash('sha256', `${lines.join('\n')}\n`) });
      await files.writeAtomic(`${dir}/sub/z`, 'hellO');
      expect((await files.manifest(dir)).digest).not.toBe(manifest.digest);
      expect(await files.sizeBytes(dir)).toBe(11);
    });

    it('know how much room there is, for a path that is not there yet, too', async () => {
      expect(await files.freeBytes(`${root}/not/there`)).toBeGreaterThan(1_000_000);
    });
  });
}
