import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { demoPython, finish } from './support/python-env.ts';
import { startSimulator } from './support/simulator.ts';

const MAIN = join(import.meta.dirname, '../../demo/comfyui/main.py');
const folder = mkdtempSync(join(tmpdir(), 'demo-server-'));
let python: string;
let nBases = 0;

beforeAll(async () => {
  python = await demoPython();
});
afterAll(() => rmSync(folder, { recursive: true }));

function freshBase(): string {
  const base = join(folder, `base-${nBases++}`);
  mkdirSync(base);
  return base;
}

function writePack(base: string, name: string, files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(base, 'custom_nodes', name), { recursive: true });
    writeFileSync(join(base, 'custom_nodes', name, file), text);
  }
}

describe('starting', () => {
  test('is quick, and says it is a simulator before it says where it listens', async () => {
    const startedMs = performance.now();
    const simulator = await startSimulator({ python, base: freshBase() });
    const tookMs = performance.now() - startedMs;
    await simulator.stop();
    expect(simulator.log()).toMatch(
      new RegExp(`simulator of ComfyUI[^]*To see the GUI go to: http://127\\.0\\.0\\.1:${simulator.port}\n`),
    );
    expect(tookMs).toBeLessThan(2000);
  });

  test('refuses an unknown flag and a user folder that is not there, with exit code 2', async () => {
    expect(await finish(python, [MAIN, '--frobnicate'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('unrecognized arguments'),
    });
    expect(await finish(python, [MAIN, '--user-directory', join(folder, 'absent')])).toMatchObject({ exitCode: 2 });
  });

  test('without --cpu dies of a torch that has no CUDA', async () => {
    await expect(startSimulator({ python, base: freshBase(), args: ['--gpu'] })).rejects.toThrow(
      'AssertionError: Torch not compiled with CUDA enabled',
    );
  });

  test('tells of a card when it is asked to, whose memory is free after POST /free, and not with --cpu', async () => {
    const card = ['--simulated-vram', '12', '9'];
    const simulator = await startSimulator({ python, base: freshBase(), args: ['--gpu', ...card] });
    const device = async () => (await simulator.getJson('/api/system_stats')).devices[0];
    expect(await device()).toMatchObject({ type: 'cuda', index: 0, vram_total: 12e9, vram_free: 2.6e9 });
    expect((await simulator.post('/api/free', { unload_models: true, free_memory: true })).status).toBe(200);
    expect(await device()).toMatchObject({ vram_total: 12e9, vram_free: 11.6e9 });
    await simulator.stop();
    const onCpu = await startSimulator({ python, base: freshBase(), args: card });
    expect((await onCpu.getJson('/api/system_stats')).devices[0]).toMatchObject({ type: 'cpu', index: null });
    await onCpu.stop();
  });

  test('dies when its port is taken, and the holder goes on', async () => {
    const holder = await startSimulator({ python, base: freshBase() });
    await expect(startSimulator({ python, base: freshBase(), port: holder.port })).rejects.toThrow(
      /exit 1[^]*address already in use/,
    );
    expect((await holder.get('/queue')).status).toBe(200);
    await holder.stop();
  });

  test('--quick-test-for-ci ends with 0 even when a pack failed, and the table tells which', async () => {
    const base = freshBase();
    writePack(base, 'good', { '__init__.py': 'NODE_CLASS_MAPPINGS = {}' });
    writePack(base, 'broken', { '__init__.py': 'import absent_module' });
    const done = await finish(python, [MAIN, '--cpu', '--base-directory', base, '--quick-test-for-ci']);
    expect(done.exitCode).toBe(0);
    expect(done.stderr).toMatch(/^Cannot import .*broken module for custom nodes: No module named 'absent_module'$/m);
    expect(done.stderr).toMatch(
      /^Import times for custom nodes:\n(.*\n)*\s*[\d.]+ seconds \(IMPORT FAILED\): .*broken$/m,
    );
    expect(done.stderr).toMatch(/^\s*[\d.]+ seconds: .*good$/m);
  });

  test('--log-stdout moves the log', async () => {
    const done = await finish(python, [
      MAIN,
      '--cpu',
      '--base-directory',
      freshBase(),
      '--quick-test-for-ci',
      '--log-stdout',
    ]);
    expect([done.stdout.includes('pytorch version: 2.11.0'), done.stderr]).toEqual([true, '']);
  });
});

describe('folders', () => {
  test('each flag moves its own folder', async () => {
    const base = freshBase();
    const places = Object.fromEntries(
      ['output', 'input', 'temp', 'user'].map((name) => [name, join(base, 'elsewhere', name)]),
    );
    mkdirSync(places['user']!, { recursive: true });
    const args = Object.entries(places).flatMap(([name, path]) => [`--${name}-directory`, path]);
    const simulator = await startSimulator({ python, base, args: [...args, '--database-url', 'sqlite:///:memory:'] });
    const paths = await simulator.getJson('/internal/folder_paths');
    expect(paths.checkpoints).toEqual([join(base, 'models/checkpoints'), join(places['output']!, 'checkpoints')]);
    expect(['output', 'input', 'user', 'temp/temp'].map((name) => existsSync(join(base, 'elsewhere', name)))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(existsSync(join(places['user']!, 'comfyui.db'))).toBe(false);
    await simulator.stop();
  });

  test('temp is emptied at the start and removed at the end; the user keeps a database', async () => {
    const base = freshBase();
    mkdirSync(join(base, 'temp'));
    writeFileSync(join(base, 'temp', 'old.png'), '');
    const simulator = await startSimulator({ python, base });
    expect([existsSync(join(base, 'temp')), existsSync(join(base, 'temp/old.png'))]).toEqual([true, false]);
    await simulator.stop();
    expect([existsSync(join(base, 'temp')), existsSync(join(base, 'user/comfyui.db'))]).toEqual([false, true]);
  });

  test('extra paths files add search folders, the default one first', async () => {
    const base = freshBase();
    mkdirSync(join(base, 'shared', 'ckpt'), { recursive: true });
    writeFileSync(join(base, 'shared', 'ckpt', 'a.safetensors'), '');
    writeFileSync(
      join(base, 'one.yaml'),
      'shared:\n  base_path: shared # beside this file\n  is_default: true\n  checkpoints: ckpt\n  clip: |\n    clip\n    more/clip\n',
    );
    writeFileSync(join(base, 'two.yaml'), '"second":\n    loras: "/data/loras"\n');
    const args = [
      '--extra-model-paths-config',
      join(base, 'one.yaml'),
      '--extra-model-paths-config',
      join(base, 'two.yaml'),
    ];
    const simulator = await startSimulator({ python, base, args });
    const paths = await simulator.getJson('/internal/folder_paths');
    expect(paths.checkpoints[0]).toBe(join(base, 'shared/ckpt'));
    expect(paths.text_encoders.slice(0, 2)).toEqual([join(base, 'shared/more/clip'), join(base, 'shared/clip')]);
    expect(paths.loras.at(-1)).toBe('/data/loras');
    expect(await simulator.getJson('/models/checkpoints')).toEqual(['a.safetensors']);
    expect(simulator.log()).toContain(`Adding extra search path checkpoints ${join(base, 'shared/ckpt')}`);
    await simulator.stop();
  });

  test.each([
    ['an empty file', '', "TypeError: 'NoneType' object is not iterable"],
    ['a list', 'a:\n  loras:\n    - one\n', "AttributeError: 'list' object has no attribute 'split'"],
    ['a tab', 'a:\n\tloras: x\n', "found character '\\t' that cannot start any token"],
  ])('%s as extra paths kills the start', async (_, text, reason) => {
    const base = freshBase();
    writeFileSync(join(base, 'bad.yaml'), text);
    await expect(
      startSimulator({ python, base, args: ['--extra-model-paths-config', join(base, 'bad.yaml')] }),
    ).rejects.toThrow(reason);
  });
});

describe('packs', () => {
  const PACK =
    'class Twice:\n  FUNCTION = "go"\n  RETURN_TYPES = ("IMAGE",)\n  @classmethod\n  def INPUT_TYPES(cls): return {"required": {"image": ("IMAGE",)}}\n  def go(self, image): return (image + image,)\nNODE_CLASS_MAPPINGS = {"Twice": Twice}\n';

  test('add their classes, under their own module name', async () => {
    const base = freshBase();
    writePack(base, 'twice-pack', {
      '__init__.py': PACK,
      'prestartup_script.py': 'import logging; logging.info("early")',
    });
    const simulator = await startSimulator({ python, base });
    expect((await simulator.getJson('/object_info/Twice')).Twice.python_module).toBe('custom_nodes.twice-pack');
    expect(simulator.log()).toMatch(/early[^]*Prestartup times for custom nodes:[^]*pytorch version/);
    await simulator.stop();
  });

  test('stay out with --disable-all-custom-nodes, but for those on the list', async () => {
    const base = freshBase();
    writePack(base, 'twice-pack', { '__init__.py': PACK });
    const none = await startSimulator({ python, base, args: ['--disable-all-custom-nodes'] });
    expect(await none.getJson('/object_info/Twice')).toEqual({});
    await none.stop();
    const listed = await startSimulator({
      python,
      base,
      args: ['--disable-all-custom-nodes', '--whitelist-custom-nodes', 'twice-pack'],
    });
    expect(Object.keys(await listed.getJson('/object_info/Twice'))).toEqual(['Twice']);
    await listed.stop();
  });
});

describe('stopping', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends it at once and cleanly, even in the middle of a picture',
    async (signal) => {
      const simulator = await startSimulator({ python, base: freshBase() });
      await simulator.post('/prompt', {
        prompt: {
          1: { class_type: 'EmptyImage', inputs: { width: 1024, height: 1024, batch_size: 1, color: 7 } },
          2: { class_type: 'ImageScaleBy', inputs: { image: ['1', 0], upscale_method: 'bicubic', scale_by: 2 } },
          3: { class_type: 'PreviewImage', inputs: { images: ['2', 0] } },
        },
      });
      const askedMs = performance.now();
      expect(await simulator.stop(signal)).toBe(0);
      expect(performance.now() - askedMs).toBeLessThan(2000);
      expect([simulator.log().includes('Stopped server'), existsSync(join(simulator.base, 'temp'))]).toEqual([
        true,
        false,
      ]);
    },
  );
});
