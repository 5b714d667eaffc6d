import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { expectDone, expectFault } from '../support/fault-steps.ts';
import {
  bytesOf,
  makeRepository,
  nodeClasses,
  outsideGit,
  type OutsideWorld,
  outsideWorld,
  packFiles,
  productionFolder,
  putFiles,
} from '../support/outside-world.ts';
import { listAt, textAt } from '../support/program.ts';

let scene: OutsideWorld;

beforeAll(async () => {
  scene = await outsideWorld();
});
afterAll(() => scene.world.remove());

const idOf = async (subject: string, kind?: string): Promise<string> => {
  const found = (await scene.list()).find((one) => one.subject === subject && (kind ?? one.kind) === one.kind);
  if (found === undefined) throw new Error(`nothing is open for ${subject}`);
  return found.id;
};

describe('an adopted folder that others change', () => {
  it('begins without a difference', async () => {
    expect(await scene.list()).toEqual([]);
  });

  it('has each change named: what, and who as far as a fact says so; nothing there is touched', async () => {
    const { world, comfyui } = scene;
    const packs = join(comfyui, 'custom_nodes');
    const upstream = makeRepository(join(world.live, 'upstream-cloned'), packFiles('ClonedNode'));
    outsideGit(packs, 'clone', '--quiet', upstream, 'cloned');
    putFiles(join(packs, 'zipped'), {
      ...packFiles('ZippedNode'),
      '.tracking': '__init__.py\n',
      'pyproject.toml': '[project]\nname = "zipped"\nversion = "1.0.2"\n',
    });
    fs.appendFileSync(join(packs, 'demo-pack/__init__.py'), '# edited by hand\n');
    putFiles(join(comfyui, 'models/loras'), { 'new.safetensors': 'x' });
    putFiles(comfyui, { 'extra_model_paths.yaml': 'swarmui:\n  base_path: /srv/swarm\n  loras: Lora\n' });
    const before = bytesOf(comfyui);

    const found = await scene.list();
    expect(found.map(({ kind, what, who }) => [kind, what, who])).toEqual([
      ['component', expect.stringMatching(/^cloned was added \([0-9a-f]{7}\)$/), null],
      ['component', expect.stringMatching(/^demo-pack was edited, 1 file$/), null],
      ['component', 'zipped was added (1.0.2)', 'ComfyUI-Manager'],
      ['model-paths', 'extra_model_paths.yaml was added: section swarmui', 'SwarmUI'],
      ['models', expect.stringMatching(/^models\/loras changed \(0 files, 0.0 MB → 1 file/), null],
    ]);
    expect(found[0]?.fact).toContain('clone: from');
    expect((await scene.list()).map(({ id }) => id)).toEqual(found.map(({ id }) => id));
    expect(bytesOf(comfyui)).toBe(before);
    const { out } = await world.ok(['status']);
    expect(out).toMatch(/^outside {2}4 changes not kept: .*ComfyUI-Manager added zipped.*orchestrate outside list$/m);
  });

  it('is said in the plan of another run, which neither keeps anything nor waits', async () => {
    const result = await scene.world.run(['run', 'upgrade pytorch', '--dry-run', '--json']);
    expectDone(result);
    const warnings = listAt(result.json?.['plan'], 'warnings').map((one) => JSON.stringify(one));
    expect(warnings.find((one) => one.startsWith('"changed outside since restore/0000:'))).toContain(
      'ComfyUI-Manager added zipped',
    );
    expect(await scene.list()).toHaveLength(5);
  });

  it('gives a pack that is kept to production, with a restore point, and is as it was', async () => {
    const { world, comfyui } = scene;
    const before = bytesOf(comfyui);
    expect(await nodeClasses(world)).not.toContain('ClonedNode');
    const id = await idOf('custom_nodes/cloned');
    const asked = await world.run(['outside', 'keep', id, '--json']);
    expect({ exit: asked.exitStatus, state: asked.json?.['state'] }, scene.show(asked)).toEqual({
      exit: 7,
      state: 'awaitingApproval',
    });
    // Nobody has said yes: not one line of the new code has run, and nothing of it could be started.
    expect(world.rows('instance.composed').filter(({ data }) => data['purpose'] === 'proof')).toEqual([]);
    await world.ok(['runs', 'reject', String(asked.json?.['run']), '--json']).catch(() => undefined);

    const kept = await world.run(['outside', 'keep', id, '--yes', '--json']);
    expectDone(kept);
    expect(kept.json?.['restorePoint'], scene.show(kept)).toMatchObject({
      name: expect.stringMatching(/^000\d-keep-outside/),
    });
    expect(await nodeClasses(world)).toContain('ClonedNode');
    expect((await scene.list()).map(({ subject }) => subject)).not.toContain('custom_nodes/cloned');
    expect(bytesOf(comfyui)).toBe(before);
  });

  it('tells a difference that is discarded no more, until it moves again', async () => {
    const { world, comfyui } = scene;
    const before = bytesOf(comfyui);
    const id = await idOf('custom_nodes/demo-pack');
    const { json } = await world.ok(['outside', 'discard', id, '--json']);
    expect(listAt(json, 'told')).toEqual([
      {
        id,
        sentence: 'not taken; nothing there was touched; it is not told any more until it moves again',
        trash: null,
      },
    ]);
    expect((await scene.list()).map(({ subject }) => subject)).not.toContain('custom_nodes/demo-pack');
    expect(bytesOf(comfyui)).toBe(before);
    fs.appendFileSync(join(comfyui, 'custom_nodes/demo-pack/__init__.py'), '# and again\n');
    expect(await idOf('custom_nodes/demo-pack')).not.toBe(id);
  });

  it('keeps another commit of ComfyUI and a section of model paths together, for a person to approve', async () => {
    const { world, comfyui } = scene;
    const version = join(comfyui, 'comfyui_version.py');
    fs.appendFileSync(version, '# tagged\n');
    outsideGit(comfyui, 'add', 'comfyui_version.py');
    outsideGit(comfyui, 'commit', '--quiet', '-m', 'release');
    outsideGit(comfyui, 'tag', 'v9.9.9');
    const core = (await scene.list()).find(({ subject }) => subject === '.');
    expect(core?.what).toMatch(/^ComfyUI was moved to another commit \([0-9a-f]{7} → [0-9a-f]{7}\)$/);
    expect(core?.who).toContain('Otto');
    const ids = [String(core?.id), await idOf('extra_model_paths.yaml')];
    const result = await world.run(['outside', 'keep', ...ids, '--yes', '--json']);
    // The rule that model paths stay as they are says no: a person decides.
    expect({ exit: result.exitStatus }, scene.show(result)).toEqual({ exit: 7 });
    expectDone(await world.run(['review', 'approve', textAt(result.json?.['change'], 'change'), '--json']));
    const text = fs.readFileSync(join(world.home, 'extra_model_paths.yaml'), 'utf8');
    expect(text).toContain('swarmui:\n  base_path: /srv/swarm');
    expect(text).toContain('orchestrate_adopted:');
    expect(fs.readFileSync(join(productionFolder(world), 'ComfyUI/comfyui_version.py'), 'utf8')).toContain('# tagged');
    const left = (await scene.list()).map(({ subject }) => subject);
    expect(left).not.toContain('.');
    expect(left).not.toContain('extra_model_paths.yaml');
  });

  it('has a removed pack taken out of production, once a person says so', async () => {
    const { world, comfyui } = scene;
    fs.rmSync(join(comfyui, 'custom_nodes/cloned'), { recursive: true });
    const result = await world.run(['outside', 'keep', await idOf('custom_nodes/cloned'), '--yes', '--json']);
    expect({ exit: result.exitStatus }, scene.show(result)).toEqual({ exit: 7 });
    expectDone(await world.run(['review', 'approve', textAt(result.json?.['change'], 'change'), '--json']));
    expect(await nodeClasses(world)).not.toContain('ClonedNode');
  });
});

describe('what cannot be taken', () => {
  it('is refused by name, and never followed, run or waited for', async () => {
    const { world, comfyui } = scene;
    const packs = join(comfyui, 'custom_nodes');
    const marker = join(world.live, 'ran');
    putFiles(join(world.live, 'elsewhere'), { '__init__.py': `open(${JSON.stringify(marker)}, "w")\n` });
    fs.symlinkSync(join(world.live, 'elsewhere'), join(packs, 'linked'));
    execFileSync('mkfifo', [join(packs, 'pipe')]);
    putFiles(join(packs, 'piped'), packFiles('PipedNode'));
    execFileSync('mkfifo', [join(packs, 'piped/inside')]);
    const hostile = 'evil\u001B[2J$(reboot)';
    putFiles(join(packs, hostile), { '__init__.py': `open(${JSON.stringify(marker)}, "w")\n` });

    const found = await scene.list();
    const whyNot = Object.fromEntries(found.map((one) => [one.subject, one.canKeep ? null : one.whyNot]));
    expect(whyNot).toMatchObject({
      'custom_nodes/linked': 'it cannot be taken: it is a link, and none is followed',
      'custom_nodes/pipe': 'it cannot be taken: it is a pipe or device',
      'custom_nodes/piped': 'it cannot be taken: inside: fifo',
      [`custom_nodes/${hostile}`]: expect.stringContaining('its name cannot be taken'),
    });
    const { out } = await world.ok(['outside', 'list']);
    expect(out).not.toContain('\u001B[2J');
    expect(out).toContain(String.raw`evil\x1b[2J$(reboot)`);
    expectFault(
      await world.run(['outside', 'keep', await idOf('custom_nodes/linked'), '--yes', '--json']),
      'NOTHING_TO_DO',
      1,
    );
    await world.ok(['outside', 'discard', '--all', '--json']);
    expect(await scene.list()).toEqual([]);
    expect(fs.existsSync(marker)).toBe(false);
    for (const name of ['linked', 'pipe']) fs.rmSync(join(packs, name));
    for (const name of ['piped', hostile]) fs.rmSync(join(packs, name), { recursive: true });
    expect(await scene.list()).toEqual([]);
  });
});

describe('production’s own folder', () => {
  it('is named for what is lost when production stops, and held so that it can be kept after that', async () => {
    const { world } = scene;
    const dir = productionFolder(world);
    putFiles(join(dir, 'ComfyUI/custom_nodes/demo-pack'), { 'presets.json': '{"mine": true}\n' });
    putFiles(join(dir, 'ComfyUI/custom_nodes/inside'), packFiles('InsideNode'));
    putFiles(join(dir, 'outside-packages/stray-1.2.dist-info'), { INSTALLER: 'pip\n', METADATA: 'Name: stray\n' });
    const found = await scene.list();
    expect(found.map(({ kind, what, who }) => [kind, what, who])).toEqual([
      ['instance', expect.stringContaining('demo-pack wrote into its own folder inside production'), null],
      ['instance', expect.stringContaining("inside was added inside production's folder"), null],
      ['instance-packages', '1 package installed beside production: stray 1.2', 'pip'],
    ]);
    await world.ok(['service', 'stop', '--json']);
    expect(fs.existsSync(dir)).toBe(false);
    const trash = join(world.home, '.orchestrate/trash/instances');
    const saved = fs
      .readdirSync(trash)
      .map((name) => join(trash, name, 'outside-packages/stray-1.2.dist-info/INSTALLER'));
    expect(saved.some((path) => fs.existsSync(path))).toBe(true);

    expectDone(await world.run(['outside', 'keep', await idOf('custom_nodes/inside'), '--yes', '--json']));
    const id = await idOf('custom_nodes/demo-pack', 'instance');
    const { json } = await world.ok(['outside', 'discard', id, '--json']);
    const told = listAt(json, 'told')[0] as unknown as { trash: string };
    expect(fs.readFileSync(join(told.trash, 'custom_nodes/demo-pack/presets.json'), 'utf8')).toBe('{"mine": true}\n');
    await world.ok(['service', 'start', '--json']);
    expect(await nodeClasses(world)).toContain('InsideNode');
    expect(await scene.list()).toEqual([]);
  });
});

describe('a sealed environment that somebody wrote into', () => {
  it('is built again from kept wheels; the other one lies in trash', async () => {
    const { world } = scene;
    const envs = join(world.home, '.orchestrate/envs');
    const [id = ''] = fs.readdirSync(envs);
    const file = execFileSync('find', [join(envs, id), '-path', '*site-packages/torch/__init__.py'], {
      encoding: 'utf8',
    }).trim();
    const before = fs.readFileSync(file, 'utf8');
    fs.chmodSync(file, 0o644);
    fs.appendFileSync(file, '# pip was here\n');
    const [found] = await scene.list();
    expect(found).toMatchObject({ kind: 'environment', subject: id, canKeep: false });
    expectFault(await world.run(['outside', 'discard', String(found?.id), '--json']), 'ENVIRONMENT_IN_USE', 3);
    await world.ok(['service', 'stop', '--json']);
    const { json } = await world.ok(['outside', 'discard', String(found?.id), '--json']);
    const told = listAt(json, 'told')[0] as unknown as { trash: string };
    expect(fs.readFileSync(file.replace(join(envs, id), told.trash), 'utf8')).toBe(`${before}# pip was here\n`);
    expect(fs.readFileSync(file, 'utf8')).toBe(before);
    expect(await scene.list()).toEqual([]);
    await world.ok(['service', 'start', '--json']);
  });
});
