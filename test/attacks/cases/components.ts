import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import { type AttackCase, expectMerged } from '../../support/attack.ts';
import { runPython } from '../../support/controls.ts';
import { branchOf } from '../../support/invariants.ts';
import { at, listAt, orchestrate, textAt } from '../../support/program.ts';
import { publish, upstreamOf } from '../../support/upstream.ts';
import { executed, plantProgram, type World } from '../../support/world.ts';

const text = (value: string): string => JSON.stringify(value);
const comfyui = (world: World): string => join(world.folder, 'demo/ComfyUI');

/** Everywhere where a model lies or could: model folders, the user's, beside workflows. Each names its own mark. */
function plantPickles(world: World): readonly string[] {
  const places = [
    ...['checkpoints/evil.ckpt', 'loras/evil.pt', 'vae/evil.bin', 'embeddings/evil.pt', 'clip/evil.pkl'].map((path) =>
      join(comfyui(world), 'models', path),
    ),
    join(comfyui(world), 'user/default/workflows/neighbour.ckpt'),
    join(world.home, 'workflows/neighbour.pt'),
  ];
  for (const [index, file] of places.entries()) {
    mkdirSync(join(file, '..'), { recursive: true });
    // `os.system(<program>)` as pickle's first protocol writes it.
    writeFileSync(file, `cos\nsystem\n(S'${plantProgram(world, `pickle-${index}`)}'\ntR.`);
  }
  return places;
}

/** Puts a newer version into the repository that the pack came from. Its `__init__.py` and install.py run a program. */
function publishHostilePack(world: World): string {
  const program = plantProgram(world, 'pack');
  const call = `import os\nos.system(${text(program)})\n`;
  const repository = upstreamOf(join(world.folder, 'demo'), 'demo-pack');
  publish(repository, {
    files: {
      '__init__.py': `${call}NODE_CLASS_MAPPINGS = {}\n`,
      'install.py': call,
      'setup.py': call,
      'prestartup_script.py': call,
      // Different each time: the control published it before.
      'version.txt': `${process.hrtime.bigint()}\n`,
    },
  });
  return call;
}

export const componentCases: readonly AttackCase[] = [
  {
    id: 'A70',
    title: 'model files that are pickles and run a program when they are loaded',
    control: (world) => {
      const [first = ''] = plantPickles(world);
      runPython(`import pickle\npickle.load(open(${text(first)}, 'rb'))`);
      return executed(world).length > 0 ? `loading it ran ${executed(world).join(', ')}` : undefined;
    },
    async defence(world) {
      plantPickles(world);
      const second = { folder: world.folder, home: join(world.folder, 'second-home') };
      const init = [
        'init',
        second.home,
        '--comfyui',
        comfyui(world),
        '--index',
        world.index,
        '--cpu',
        '--port',
        '19999',
      ];
      const found = await orchestrate(world, [...init, '--yes']);
      expect(found.exitCode, found.stderr).toBe(0);
      await expectMerged(world, await orchestrate(world, ['run', 'upgrade pytorch', '--yes']));
      expect((await orchestrate(world, ['smoke', 'run'])).exitCode).toBe(0);
      expect((await orchestrate(world, ['smoke', 'list'])).exitCode).toBe(0);
      expect((await orchestrate(world, ['outside', 'list'])).exitCode).toBeLessThan(8);
      expect(executed(world)).toEqual([]);
    },
  },
  {
    id: 'A72',
    title: 'a node pack whose newer version runs a program when it is imported or installed',
    control: (world) => {
      runPython(publishHostilePack(world));
      return executed(world).length > 0 ? `importing it ran ${executed(world).join(', ')}` : undefined;
    },
    async defence(world) {
      publishHostilePack(world);
      const branch = branchOf(world);
      const preview = await orchestrate(world, ['run', 'update pack demo-pack', '--dry-run']);
      expect(preview.exitCode, preview.stderr).toBe(0);
      expect(listAt(preview.json, 'plan', 'lines').join('\n')).toContain('was never part of this branch');
      const asked = await orchestrate(world, ['run', 'update pack demo-pack']);
      expect({ exitCode: asked.exitCode, state: at(asked.json, 'state') }).toEqual({
        exitCode: 7,
        state: 'awaitingApproval',
      });
      const run = textAt(asked.json, 'run');
      for (const args of [['runs', 'show', run], ['status'], ['restore', 'list']])
        expect((await orchestrate(world, args)).exitCode).toBeLessThan(8);
      expect(executed(world)).toEqual([]);
      expect((await orchestrate(world, ['runs', 'reject', run])).exitCode).toBeLessThan(8);
      const service = await orchestrate(world, ['service', 'start']);
      expect(service.exitCode, service.stderr).toBe(0);
      expect((await orchestrate(world, ['service', 'stop'])).exitCode).toBe(0);
      expect(branchOf(world)).toBe(branch);
      expect(executed(world)).toEqual([]);
      expect(listAt((await orchestrate(world, ['runs', 'list', '--active'])).json, 'runs')).toEqual([]);

      // Once its files were taken and the run was called off, a yes of yesterday is none for today.
      const part = await orchestrate(world, ['run', 'update pack demo-pack', '--until', 'take', '--yes']);
      expect(part.exitCode, part.stderr).toBeLessThan(8);
      await orchestrate(world, ['runs', 'cancel', textAt(part.json, 'run')]);
      const again = await orchestrate(world, ['run', 'update pack demo-pack']);
      expect({ exitCode: again.exitCode, state: at(again.json, 'state') }).toEqual({
        exitCode: 7,
        state: 'awaitingApproval',
      });
      expect((await orchestrate(world, ['runs', 'reject', textAt(again.json, 'run')])).exitCode).toBeLessThan(8);
      expect(branchOf(world)).toBe(branch);
      expect(executed(world)).toEqual([]);
    },
  },
];
