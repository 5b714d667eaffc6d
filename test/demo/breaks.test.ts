import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, test } from 'vitest';

import { makeDemoWorld } from '../../demo/make.ts';
import { readPng } from '../../demo/run/png.ts';
import { type BreakMode, makeIndex } from '../../demo/wheels.ts';
import { finish, makeInstalledEnv } from './support/python-env.ts';
import { startSimulator, watchPrompt } from './support/simulator.ts';

const folder = mkdtempSync(join(tmpdir(), 'demo-breaks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const graph = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../demo/comfyui/smoke', name), 'utf8'));

async function installed(name: string, breakMode?: BreakMode): Promise<{ python: string; base: string }> {
  const place = join(folder, name);
  const { python } = await makeInstalledEnv(place, makeIndex({ into: join(place, 'index'), breakMode }).folder);
  return { python, base: join(place, 'base') };
}

async function render(where: { python: string; base: string }, workflow: string) {
  const simulator = await startSimulator(where);
  try {
    const { frames, body } = await watchPrompt(simulator, graph(workflow));
    const last = frames.find(({ type }) => type === 'executed');
    if (!last) throw new Error(`nothing was rendered: ${JSON.stringify(body)} ${simulator.log()}`);
    const [{ filename }] = last.data.output.images;
    return readPng(readFileSync(join(where.base, 'output', filename)));
  } finally {
    await simulator.stop();
  }
}

const start = (where: { python: string; base: string }) => startSimulator(where).then((simulator) => simulator.stop());

describe('the good torch', () => {
  test('renders a picture that is not flat, with the graph in the file', async () => {
    const where = await installed('good');
    const picture = await render(where, 'padded-card.json');
    expect([picture.width, picture.height]).toEqual([128, 80]);
    expect(picture.colours.size).toBeGreaterThan(2);
    expect(picture.colours).toContain('e06020');
    expect(JSON.parse(picture.texts['prompt']!)).toEqual(graph('padded-card.json'));

    const flat = await render(where, 'flat-card.json');
    expect([flat.width, flat.height, [...flat.colours]]).toEqual([96, 96, ['336699']]);
  });
});

describe('--break', () => {
  test('import: torch cannot be imported, and the server dies of it', async () => {
    const where = await installed('import', 'import');
    expect((await finish(where.python, ['-c', 'import torch'])).stderr).toMatch(/ImportError: .*undefined symbol/);
    await expect(start(where)).rejects.toThrow(/exit 1[^]*Traceback[^]*ImportError: /);
  });

  test('boot: torch can be imported and computes, and the server still dies', async () => {
    const where = await installed('boot', 'boot');
    const check =
      'import torch, torchvision; assert not torch.cuda.is_available(); print((torch.ones(2, 2) @ torch.ones(2, 2)).sum().item())';
    expect(await finish(where.python, ['-c', check])).toMatchObject({ exitCode: 0, stdout: '8.0\n' });
    await expect(start(where)).rejects.toThrow(/exit 1[^]*AttributeError: .*'scaled_dot_product_attention'/);
  });

  test('smoke: the server starts and renders, and the picture is flat', async () => {
    const picture = await render(await installed('smoke', 'smoke'), 'padded-card.json');
    expect([picture.width, picture.height, [...picture.colours]]).toEqual([128, 80, ['000000']]);
  });

  test('conflict: the node pack loads with the torch that it takes, and with no other', async () => {
    const world = makeDemoWorld({ folder: join(folder, 'conflict'), breakMode: 'conflict' });
    const pack = join(world.comfyui.path, 'custom_nodes', 'frozen-pack', '__init__.py');
    expect(readFileSync(join(pack, '..', 'requirements.txt'), 'utf8')).toBe('torch==2.10.0\n');
    const load = (torch: string) =>
      `import sys, types; sys.modules["torch"] = types.SimpleNamespace(__version__="${torch}"); exec(compile(open(${JSON.stringify(pack)}).read(), ${JSON.stringify(pack)}, "exec"), {"__file__": ${JSON.stringify(pack)}, "__name__": "pack"})`;
    const { python } = await installed('frozen');
    expect(await finish(python, ['-c', load('2.10.0')])).toMatchObject({ exitCode: 0 });
    expect((await finish(python, ['-c', load('2.11.0')])).stderr).toMatch(
      /ImportError: frozen-pack was compiled for torch 2\.10\.0, and this is torch 2\.11\.0/,
    );
    expect(world.index.wheels.map(({ version }) => version)).not.toContain('2.12.0');
  });
});
