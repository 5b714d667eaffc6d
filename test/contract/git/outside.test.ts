import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { describe, expect, it } from 'vitest';

import { createFiles } from '../../../src/adapters/files/files.ts';
import { movedComponents } from '../../../src/domain/outside/compare.ts';
import { readComponents, readReflog, smallText } from '../../../src/engine/outside/read-component.ts';
import { readTraces } from '../../../src/engine/outside/read-traces.ts';
import { git, openWorkshop, temporaryFolder, write } from './support.ts';

const files = createFiles();

/** A ComfyUI folder with one cloned pack, and looks at it with the real git store. */
async function folder() {
  const { store } = await openWorkshop();
  const comfyui = temporaryFolder();
  const upstream = temporaryFolder();
  write(comfyui, { 'main.py': 'print()\n', 'models/vae/big.bin': 'x' });
  write(upstream, { 'nodes.py': 'a = 1\n' });
  git(upstream, 'init', '--quiet', '--initial-branch=main');
  git(upstream, 'add', '--all');
  git(upstream, 'commit', '--quiet', '--message', 'first');
  fs.mkdirSync(path.join(comfyui, 'custom_nodes'));
  const pack = path.join(comfyui, 'custom_nodes/cloned');
  git(comfyui, 'clone', '--quiet', upstream, pack);
  const context = { store, outside: { files } };
  const look = (...known: string[]) => readComponents(context, comfyui, { cacheKey: 'test', known: new Set(known) });
  return { context, comfyui, upstream, pack, look, store };
}

describe('a look at a ComfyUI folder', () => {
  it('reads clones, zips and disabled packs, and where they came from', async () => {
    const { comfyui, pack, look } = await folder();
    write(comfyui, {
      'custom_nodes/zipped/.tracking': 'a.py\n',
      'custom_nodes/zipped/pyproject.toml': '[project]\nversion = "1.0.2"\n',
      'custom_nodes/.disabled/old@1_0/a.py': '',
      'custom_nodes/older.disabled/a.py': '',
      'custom_nodes/example_node.py.example': '',
    });
    git(pack, 'config', 'remote.origin.url', 'https://anna:secret@example.org/pack.git');
    expect(
      (await look()).map(({ path: at, state, isTracked, version, source }) => ({
        at,
        state,
        isTracked,
        version,
        source,
      })),
    ).toEqual([
      { at: '.', state: 'in use', isTracked: false, version: null, source: comfyui },
      {
        at: 'custom_nodes/cloned',
        state: 'in use',
        isTracked: false,
        version: null,
        source: 'https://example.org/pack.git',
      },
      {
        at: 'custom_nodes/older',
        state: 'disabled',
        isTracked: false,
        version: null,
        source: `${comfyui}/custom_nodes/older.disabled`,
      },
      {
        at: 'custom_nodes/zipped',
        state: 'in use',
        isTracked: true,
        version: '1.0.2',
        source: `${comfyui}/custom_nodes/zipped`,
      },
      {
        at: 'custom_nodes/old',
        state: 'disabled',
        isTracked: false,
        version: null,
        source: `${comfyui}/custom_nodes/.disabled/old@1_0`,
      },
    ]);
  });

  it('finds a pull as GitPython makes it by its reflog, and the files and times of an edit', async () => {
    const { context, comfyui, upstream, pack, look } = await folder();
    const before = await look();
    write(upstream, { 'nodes.py': 'a = 2\n' });
    git(upstream, 'commit', '--quiet', '--all', '--message', 'second');
    git(pack, 'pull', '-v', '--', 'origin');
    const [pulled, ...others] = movedComponents(before, await look());
    if (pulled === undefined) throw new Error('nothing moved');
    expect([pulled.how, others]).toEqual(['moved', []]);
    const traces = await readTraces(context, comfyui, pulled);
    expect(traces.paths).toEqual(['nodes.py']);
    expect(traces.reflog.map(({ message }) => message)).toEqual(['pull -v -- origin: Fast-forward']);
    expect(traces.when).toEqual({ fromMs: 1_700_000_000_000, toMs: 1_700_000_000_000 });
    expect((await readReflog(files, pack)).length).toBe(2);
  });

  it('takes a packed ref for what it is, and a ref that leads out for nothing', async () => {
    const { pack, look } = await folder();
    const commit = git(pack, 'rev-parse', 'HEAD').trim();
    git(pack, 'pack-refs', '--all');
    expect((await look())[1]?.commit).toBe(commit);
    fs.writeFileSync(path.join(pack, '.git/HEAD'), 'ref: refs/heads/../../../../secret\n');
    expect((await look())[1]?.commit).toBeNull();
  });

  it('refuses links, pipes and names, reads nothing of them and waits for none', async () => {
    const { comfyui, pack, look } = await folder();
    const packs = path.join(comfyui, 'custom_nodes');
    fs.symlinkSync('/etc', path.join(packs, 'linked'));
    execFileSync('mkfifo', [path.join(packs, 'pipe'), path.join(pack, 'inside')]);
    write(packs, { 'a\u001B[31m/x.py': '' });
    fs.rmSync(path.join(pack, '.git/logs/HEAD'));
    execFileSync('mkfifo', [path.join(pack, '.git/logs/HEAD')]);
    const found = new Map((await look()).map((one) => [one.path, one.reason]));
    expect(Object.fromEntries(found)).toMatchObject({
      'custom_nodes/linked': 'it is a link, and none is followed',
      'custom_nodes/pipe': 'it is a pipe or device',
      'custom_nodes/cloned': 'inside: fifo',
      'custom_nodes/a\u001B[31m': expect.stringContaining('its name cannot be taken'),
    });
    expect(await readReflog(files, pack)).toEqual([]);
  });

  it('follows a link to a pack that was taken once, and leaves environments inside the folder out', async () => {
    const { comfyui, look } = await folder();
    const elsewhere = temporaryFolder();
    write(elsewhere, { 'nodes.py': 'a = 1\n' });
    fs.symlinkSync(elsewhere, path.join(comfyui, 'custom_nodes/linked'));
    const before = (await look('custom_nodes/linked')).map(({ tree }) => tree);
    expect(before.every((tree) => tree !== null)).toBe(true);
    write(comfyui, { 'my_env/pyvenv.cfg': 'home = /usr/bin\n', 'my_env/lib/x.py': '' });
    expect((await look('custom_nodes/linked')).map(({ tree }) => tree)).toEqual(before);
    write(elsewhere, { 'nodes.py': 'a = 2\n' });
    expect((await look('custom_nodes/linked')).map(({ tree }) => tree)).not.toEqual(before);
  });

  it('reads no text that no program writes by itself', async () => {
    const dir = temporaryFolder();
    fs.writeFileSync(path.join(dir, 'large'), Buffer.alloc(2 * 1024 * 1024));
    fs.symlinkSync('/etc/hostname', path.join(dir, 'link'));
    expect([await smallText(files, `${dir}/large`), await smallText(files, `${dir}/link`)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('does not depend on the clock: an edit is found whatever time its file has', async () => {
    const { pack, look } = await folder();
    const before = await look();
    write(pack, { 'nodes.py': 'a = 3\n' });
    for (const at of [0, 4_000_000_000]) {
      fs.utimesSync(path.join(pack, 'nodes.py'), at, at);
      expect(movedComponents(before, await look()).map(({ how }) => how)).toEqual(['changed']);
    }
  });
});

describe('a folder of 100,000 files', () => {
  const many = (dir: string, n: number): void => {
    for (let at = 0; at < n; at += 1) {
      if (at % 1000 === 0) fs.mkdirSync(path.join(dir, `d${at / 1000}`), { recursive: true });
      fs.writeFileSync(path.join(dir, `d${Math.floor(at / 1000)}/f${at}`), '');
    }
  };

  it('of models is counted to its limit; one that is a pack is refused, and no file of either is read', async () => {
    const { comfyui, look } = await folder();
    const dir = path.join(comfyui, 'custom_nodes/huge');
    many(dir, 100_000);
    const started = performance.now();
    expect(await files.tally(dir, { maxEntries: 200_000 })).toMatchObject({ nFiles: 100_000, isCut: false });
    expect(await files.tally(dir, { maxEntries: 50_000 })).toMatchObject({ isCut: true });
    const huge = (await look()).find((one) => one.path === 'custom_nodes/huge');
    expect(huge?.reason).toContain('too many files');
    // About three seconds where nothing else runs; a look that reads or hashes takes minutes.
    expect(performance.now() - started).toBeLessThan(60_000);
  }, 180_000);

  it('that did not move is not read again', async () => {
    const { comfyui, store } = await folder();
    const dir = path.join(comfyui, 'custom_nodes/large');
    many(dir, 20_000);
    const limits = { maxFiles: 50_000, maxFileBytes: 1_000_000, maxTotalBytes: 1_000_000 };
    const take = () => store.snapshot({ dir, limits, cacheKey: 'large' });
    await take();
    // What was written right before the first was too young to be sure of.
    await take();
    expect(await take()).toMatchObject({ kind: 'taken', nFiles: 20_000, nHashed: 0 });
  }, 120_000);
});
