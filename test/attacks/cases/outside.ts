import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect } from 'vitest';

import type { AttackCase } from '../../support/attack.ts';
import { naiveGit, runPython } from '../../support/controls.ts';
import { at, listAt, orchestrate, textAt } from '../../support/program.ts';
import { commitByHand, executed, plantProgram, type World } from '../../support/world.ts';

const comfyuiOf = (world: World): string => join(world.folder, 'demo/ComfyUI');
const packOf = (world: World): string => join(comfyuiOf(world), 'custom_nodes/helpful');

/** A pack as ComfyUI-Manager installs one. It runs programs when it is imported or set up, and when git looks at it. */
function plant(world: World): string {
  const pack = packOf(world);
  rmSync(pack, { recursive: true, force: true });
  mkdirSync(pack, { recursive: true });
  const run = (name: string): string => `import os\nos.system(${JSON.stringify(plantProgram(world, name))})\n`;
  writeFileSync(join(pack, '__init__.py'), `${run('imported')}NODE_CLASS_MAPPINGS = {}\n`);
  writeFileSync(join(pack, 'install.py'), run('installed'));
  writeFileSync(join(pack, '.tracking'), '__init__.py\n');
  naiveGit(pack, ['init', '--quiet']);
  naiveGit(pack, ['add', '--all']);
  naiveGit(pack, ['commit', '--quiet', '--message', 'first']);
  naiveGit(pack, ['config', 'core.fsmonitor', plantProgram(world, 'looked-at')]);
  return pack;
}

/** The folder is watched, as after an adoption of it. */
function watch(world: World): void {
  const file = join(world.home, 'orchestrate.yaml');
  const text = readFileSync(file, 'utf8');
  if (!/^adopted: null$/m.test(text)) return;
  const adopted = `adopted: { layout: clone, comfyui: ${JSON.stringify(comfyuiOf(world))}, python: null }`;
  writeFileSync(file, text.replace(/^adopted: null$/m, adopted));
  commitByHand(world.home, 'watch the adopted folder');
}

/** Outside changes that attack whoever looks at them. */
export const outsideCases: readonly AttackCase[] = [
  {
    id: 'A72',
    title: 'a node pack that somebody put there runs programs when it is imported, set up or looked at',
    control(world) {
      const pack = plant(world);
      naiveGit(pack, ['status', '--short']);
      runPython(readFileSync(join(pack, 'install.py'), 'utf8'));
      runPython(readFileSync(join(pack, '__init__.py'), 'utf8'));
      const ran = executed(world);
      rmSync(pack, { recursive: true });
      return ran.length === 3 ? `ran ${ran.join(', ')}` : undefined;
    },
    async defence(world) {
      watch(world);
      // Other attacks leave things in that folder, too.
      const before = listAt((await orchestrate(world, ['outside', 'list'])).json, 'differences');
      expect(before.map((difference) => at(difference, 'subject'))).not.toContain('custom_nodes/helpful');
      const pack = plant(world);
      const found = listAt((await orchestrate(world, ['outside', 'list'])).json, 'differences');
      const one = found.find((difference) => at(difference, 'subject') === 'custom_nodes/helpful');
      expect(one).toMatchObject({ who: 'ComfyUI-Manager', canKeep: true });
      const kept = await orchestrate(world, ['outside', 'keep', textAt(one, 'id')]);
      expect({ exit: kept.exitCode, state: at(kept.json, 'state') }).toEqual({ exit: 7, state: 'awaitingApproval' });
      expect(JSON.stringify(at(kept.json, 'plan', 'lines'))).toContain('the code of helpful');
      expect(executed(world)).toEqual([]);
      await orchestrate(world, ['runs', 'reject', textAt(kept.json, 'run')]);
      await orchestrate(world, ['outside', 'discard', textAt(one, 'id')]);
      expect(executed(world)).toEqual([]);
      expect(existsSync(join(pack, '__init__.py'))).toBe(true);
      rmSync(pack, { recursive: true });
    },
  },
];
