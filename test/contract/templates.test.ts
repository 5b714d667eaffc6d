import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { beforeEach, describe, expect, it } from 'vitest';

import { createDigest } from '../../src/adapters/clock/digest.ts';
import { createSystemRandom } from '../../src/adapters/clock/system-random.ts';
import { createFiles } from '../../src/adapters/files/files.ts';
import { findKits, readShelved, requireKit } from '../../src/app/kits/shelf.ts';
import { templatesAdd } from '../../src/app/operations/templates-add.ts';
import { templatesList } from '../../src/app/operations/templates-list.ts';
import { templatesShow } from '../../src/app/operations/templates-show.ts';
import { parseConfig } from '../../src/domain/definitions/config.ts';
import { parseYaml } from '../../src/domain/definitions/parse-yaml.ts';
import { readGraph } from '../../src/domain/instances/read-workflow.ts';
import { fillKit } from '../../src/domain/kits/fill.ts';
import { mergeArguments } from '../../src/domain/kits/merge-arguments.ts';
import { requireValues, valuesOf } from '../../src/domain/kits/parameter.ts';
import { coveringTrees } from '../../src/domain/kits/target.ts';
import { configText, tree } from '../fakes/fake-world.ts';
import { type FakeApp, fakeApp } from '../support/fake-app.ts';
import { installedScene } from '../support/journal-scene.ts';
import { faultOf } from './support/fault-of.ts';
import { tempFolder } from './support/temp-folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const trees = new Map(
  [
    tree({ id: 'models-integ', scope: ['extra_model_paths.yaml', 'workflows/**', 'docs/models-integ/**'] }),
    tree({ id: 'ops-maint', scope: ['ops/**', 'docs/ops-maint/**'] }),
  ].map((one) => [one.id, one]),
);

let dir: string;
let app: FakeApp;
let builtIn: string;

function appOf(startedBy: string | null = null): FakeApp {
  const outside = {
    files: createFiles(),
    digest: createDigest(),
    random: createSystemRandom(),
    host: { builtInDir: builtIn, startedBy, userName: 'anna' },
  };
  const definitions = { agents: new Map(), playbooks: new Map(), trees };
  return fakeApp(installedScene(), { outside, installation: { paths: { state: join(dir, 'state') }, definitions } });
}

beforeEach(() => {
  dir = tempFolder();
  builtIn = join(dir, 'program');
  mkdirSync(join(dir, 'state'));
  cpSync(join(root, 'templates'), join(builtIn, 'templates'), { recursive: true });
  app = { ...appOf(), cwd: dir };
});

describe('the templates that come with the program', () => {
  const needed: Readonly<Record<string, readonly string[]>> = {
    'docker-comfyui': ['commit=v0.8.0'],
    'workflow-text-to-image': ['checkpoint=sd_xl_base_1.0.safetensors'],
    'workflow-upscale': ['model=4x_foolhardy.pth'],
  };

  it.each(readdirSync(join(root, 'templates')).filter((id) => id !== 'workflows' && id !== 'service'))(
    '%s is whole, is filled in without a gap, and writes what it says',
    async (id) => {
      const { kit, texts } = await requireKit(app, id);
      const values = requireValues(kit.id, valuesOf(kit, needed[id] ?? []));
      const { files, startArguments } = fillKit(kit, texts, values);
      expect(files.map(({ text }) => text).filter((text) => /\{\{[a-z]/.test(text))).toEqual([]);
      const paths = files.map(({ path }) => path);
      const graphs = files.filter(({ path }) => path.startsWith('workflows/'));
      const sizes = graphs.map(({ path, text }) => Object.keys(readGraph(path, text)).length);
      expect(sizes.filter((n) => n < 3)).toEqual([]);
      for (const { path, text } of files) if (path.endsWith('.yaml')) parseYaml({ file: path, text });
      const isCovered = kit.kind === 'installation' || coveringTrees(trees.values(), paths).length === 1;
      expect(isCovered).toBe(true);
      const args = JSON.stringify(mergeArguments(['--lowvram'], startArguments));
      expect(
        parseConfig({ file: 'x', text: configText('', ['mode: managed', `args: ${args}`]), origin: 'installation' })
          .service.args,
      ).toEqual(['--lowvram', ...startArguments]);
    },
  );

  it('are filled in for people, and say which value is missing', async () => {
    const shown = await templatesShow.run(app, { id: 'workflow-text-to-image', set: ['width=1024'] });
    expect(shown.parameters.find(({ name }) => name === 'checkpoint')?.value).toBe(null);
    expect(shown.files[0]?.path).toBe('workflows/text-to-image.json');
    expect(shown.files[0]?.text).toContain('"ckpt_name": "{{checkpoint}}"');
    expect(shown.files[0]?.text).toContain('"width": 1024');
  });

  it.each([
    ['a name that there is not', 'widht=3', /no parameter "widht"\. Did you mean width\?/],
    ['a number out of its range', 'width=9999', /width has to be from 64 to 2048/],
    ['no number', 'width=1e3', /width has to be a whole number/],
    ['what JSON would read as more than text', 'text=a", "b', /text may have letters/],
    ['a new line', 'text=a\nb', /text may have letters/],
    ['an option', 'checkpoint=--help', /does not begin with "-"/],
    ['a path that climbs', 'name=../../x', /name has to be lower-case letters/],
    ['no value', 'width', /write it as name=value/],
  ])('refuse as a parameter %s', async (_, set, says) => {
    const fault = await faultOf(templatesShow.run(app, { id: 'workflow-text-to-image', set: [set] }));
    expect(fault).toMatchObject({ code: 'TEMPLATE_PARAMETER_INVALID', state: 'Nothing was changed.' });
    expect(fault.message).toMatch(says);
  });
});

describe('a damaged template', () => {
  const file = (name: string): string => join(builtIn, 'templates/node-pack', name);
  it.each([
    [
      'other bytes of the same length',
      () => writeFileSync(file('nodes.py'), readFileSync(file('nodes.py'), 'utf8').replace('1.0', '2.0')),
      /nodes\.py is not what its checksum says/,
      5,
    ],
    ['a file that is shorter', () => truncateSync(file('pack.md'), 10), /pack\.md has 10 bytes, not \d+/, 6],
    [
      'a file that is too many',
      () => writeFileSync(file('more.py'), ''),
      /more\.py is in the folder and not in the manifest/,
      3,
    ],
    [
      'a manifest that is no JSON',
      () => writeFileSync(file('manifest.json'), '{\n  "version": 1,\n  "files": [\n'),
      /./,
      3,
    ],
    [
      'a manifest with a wrong hash',
      () =>
        writeFileSync(
          file('manifest.json'),
          readFileSync(file('manifest.json'), 'utf8').replace(/"sha256":"[0-9a-f]{4}/, '"sha256":"xx'),
        ),
      /64 hex digits/,
      4,
    ],
  ])('is refused with the place in its manifest: %s', async (_, damage, says, line) => {
    damage();
    const fault = await faultOf(requireKit(app, 'node-pack'));
    expect(fault).toMatchObject({ code: 'TEMPLATE_DAMAGED', state: 'Nothing of the template is used.', at: { line } });
    expect(fault.at?.file).toBe(file('manifest.json'));
    expect(fault.message).toMatch(says);
    const { kits } = await templatesList.run(app, {});
    expect(kits.filter(({ problem }) => problem !== null).map(({ id }) => id)).toEqual(['node-pack']);
  });
});

describe('templates add', () => {
  const given = { to: null, id: null, title: null };
  const mine = (files: Readonly<Record<string, string>>, definition?: string): string => {
    const folder = join(dir, 'mine');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'template.yaml'),
      definition ??
        'id: mine\ntitle: A page\nkind: configuration\ndescription: ""\nfiles:\n  - { from: page.md, to: ops/page.md }\n',
    );
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  };

  it('takes a folder in with a manifest, once, and it is read like a built-in one from then on', async () => {
    const added = await templatesAdd.run(app, { path: mine({ 'page.md': 'Hello.\n' }), ...given });
    expect(added).toMatchObject({ id: 'mine', origin: 'yours', wasChecked: false, setAside: null });
    const own = (await findKits(app)).find(({ id }) => id === 'mine');
    expect(own).toMatchObject({ origin: 'yours', dir: join(dir, 'state/templates/mine') });
    expect((await readShelved(app, own!)).texts.get('page.md')?.text).toBe('Hello.\n');
    expect(readdirSync(join(dir, 'state/templates'))).toEqual(['mine']);
    expect(await faultOf(templatesAdd.run(app, { path: 'mine', ...given }))).toMatchObject({ code: 'NOTHING_TO_DO' });
    mine({ 'page.md': 'Other.\n' });
    expect(await faultOf(templatesAdd.run(app, { path: 'mine', ...given }))).toMatchObject({ code: 'TEMPLATE_EXISTS' });
    expect(readdirSync(join(dir, 'state/templates'))).toEqual(['mine']);
  });

  it.each([
    ['a file that is shorter', () => truncateSync(join(dir, 'state/templates/mine/page.md'), 2)],
    ['a manifest that is gone', () => rmSync(join(dir, 'state/templates/mine/manifest.json'))],
    ['a file that is a link by now', () => symlinkSync('/etc/passwd', join(dir, 'state/templates/mine/more.md'))],
  ])('puts a whole one in the place of a damaged one, which is kept: %s', async (_, damage) => {
    await templatesAdd.run(app, { path: mine({ 'page.md': 'Hello.\n' }), ...given });
    damage();
    expect((await faultOf(requireKit(app, 'mine'))).hints[0]).toContain('orchestrate templates add ');
    const { setAside, dir: at } = await templatesAdd.run(app, { path: 'mine', ...given });
    expect(setAside).toMatch(/state\/templates\/\.damaged-mine-[0-9a-f]{12}$/);
    expect(readdirSync(setAside ?? '')).toContain('page.md');
    expect(readFileSync(join(at, 'page.md'), 'utf8')).toBe('Hello.\n');
    expect((await findKits(app)).filter(({ origin }) => origin === 'yours')).toHaveLength(1);
    expect((await requireKit(app, 'mine')).kit.id).toBe('mine');
    expect(await faultOf(templatesAdd.run(app, { path: 'mine', ...given }))).toMatchObject({ code: 'NOTHING_TO_DO' });
  });

  it('keeps the braces of a file that is verbatim, and says so where they are no parameter', async () => {
    const text = 'image: {{ .Values.tag }}\nname: {{name}}\n';
    const files = (rest: string): string =>
      `id: mine\ntitle: A page\nkind: configuration\ndescription: ""\nfiles:\n  - { from: page.md, to: ops/page.md${rest} }\n`;
    mine({ 'page.md': text }, files(''));
    const fault = await faultOf(templatesAdd.run(app, { path: 'mine', ...given }));
    expect(fault).toMatchObject({ code: 'DEFINITION_INVALID', at: { line: 2, column: 7 } });
    expect(fault.hints[0]).toContain('verbatim: true');
    mine({ 'page.md': text }, files(', verbatim: true'));
    await templatesAdd.run(app, { path: 'mine', ...given });
    expect((await templatesShow.run(app, { id: 'mine', set: [] })).files).toEqual([{ path: 'ops/page.md', text }]);
    writeFileSync(join(dir, 'compose.yaml'), text);
    await templatesAdd.run(app, { ...given, path: 'compose.yaml', to: 'ops/compose.yaml' });
    expect((await templatesShow.run(app, { id: 'compose', set: [] })).files[0]?.text).toBe(text);
  });

  it('takes a file in as a template of its own', async () => {
    writeFileSync(join(dir, 'Portrait 2.json'), '{}');
    const refusedName = await faultOf(
      templatesAdd.run(app, { ...given, path: 'Portrait 2.json', to: 'workflows/p.json' }),
    );
    expect(refusedName).toMatchObject({ code: 'TEMPLATE_REFUSED' });
    writeFileSync(join(dir, 'Portrait-2.json'), '{}');
    expect(await faultOf(templatesAdd.run(app, { ...given, path: 'Portrait-2.json', to: '../p.json' }))).toMatchObject({
      ...{ code: 'USAGE_BAD_ARGUMENT', message: '--to "../p.json" leaves its folder ("..").' },
    });
    const added = await templatesAdd.run(app, { ...given, path: 'Portrait-2.json', to: 'workflows/p.json' });
    expect(added).toMatchObject({ id: 'portrait-2', kind: 'workflow' });
    expect((await templatesShow.run(app, { id: 'portrait-2', set: [] })).files).toEqual([
      { path: 'workflows/p.json', text: '{}' },
    ]);
  });

  it('holds a folder to the manifest that it brings', async () => {
    const folder = join(builtIn, 'templates/node-pack');
    expect(await templatesAdd.run(app, { path: folder, ...given })).toMatchObject({ wasChecked: true });
    writeFileSync(join(folder, 'init.py'), 'import os\n');
    expect(await faultOf(templatesAdd.run(app, { path: folder, ...given }))).toMatchObject({
      code: 'TEMPLATE_DAMAGED',
      at: { line: 4 },
    });
  });

  const definition = (to: string, from = 'page.md'): string =>
    `id: mine\ntitle: A page\nkind: configuration\ndescription: ""\nfiles:\n  - from: ${from}\n    to: ${to}\n`;
  it.each([
    ['a link', () => symlinkSync('/etc/passwd', join(mine({}), 'page.md')), 'TEMPLATE_REFUSED', /page\.md is a link/],
    [
      'a link for a folder',
      () => symlinkSync('/etc', join(mine({ 'page.md': '' }), 'more')),
      'TEMPLATE_REFUSED',
      /more is a link/,
    ],
    ['a repository', () => mkdirSync(join(mine({ 'page.md': '' }), '.git')), 'TEMPLATE_REFUSED', /\.git has a name/],
    [
      'a file that is too large',
      () => mine({ 'page.md': 'x'.repeat(300_000) }),
      'TEMPLATE_REFUSED',
      /page\.md is larger than 256 KiB/,
    ],
    [
      'a file that is no text',
      () => writeFileSync(join(mine({}), 'page.md'), new Uint8Array([0xff, 0xfe, 0])),
      'TEMPLATE_REFUSED',
      /no text/,
    ],
    [
      'a file that nobody names',
      () => mine({ 'page.md': '', 'setup.sh': '' }),
      'TEMPLATE_REFUSED',
      /setup\.sh is in the folder/,
    ],
    ['a file that is lacking', () => mine({}), 'TEMPLATE_REFUSED', /page\.md is not in the folder/],
    [
      'a path that climbs out',
      () => mine({ 'page.md': '' }, definition('ops/../../x')),
      'DEFINITION_INVALID',
      /leaves its folder/,
    ],
    [
      'an absolute path',
      () => mine({ 'page.md': '' }, definition('/etc/passwd')),
      'DEFINITION_INVALID',
      /not relative/,
    ],
    [
      'a path into git',
      () => mine({ 'page.md': '' }, definition('ops/.git/hooks/post-commit')),
      'DEFINITION_INVALID',
      /\.git/,
    ],
    [
      'the configuration',
      () => mine({ 'page.md': '' }, definition('orchestrate.yaml')),
      'DEFINITION_INVALID',
      /decides what orchestrate may do/,
    ],
    [
      'what agents are told',
      () => mine({ 'page.md': '' }, definition('agents/x.md')),
      'DEFINITION_INVALID',
      /decides what agents do/,
    ],
    [
      'a source that climbs out',
      () => mine({ 'page.md': '' }, definition('ops/x', '../page.md')),
      'DEFINITION_INVALID',
      /plain path/,
    ],
    ['a path of no tree', () => mine({ 'page.md': '' }, definition('src/x.py')), 'SCOPE_EXCEEDED', /No tree may write/],
    [
      'a placeholder that is no parameter',
      () => mine({ 'page.md': 'a {{nmae}}\n' }),
      'DEFINITION_INVALID',
      /\{\{nmae\}\} is no parameter/,
    ],
  ])('refuses %s, and keeps nothing of it', async (_, make, code, says) => {
    make();
    const fault = await faultOf(templatesAdd.run(app, { path: 'mine', ...given }));
    expect(fault.code).toBe(code);
    expect(fault.message).toMatch(says);
    expect((await findKits(app)).filter(({ origin }) => origin === 'yours')).toEqual([]);
  });

  it('is refused to a program that orchestrate started', async () => {
    mine({ 'page.md': '' });
    const program = { ...appOf('demo/r1.write#1'), cwd: dir };
    expect(await faultOf(templatesAdd.run(program, { path: 'mine', ...given }))).toMatchObject({
      code: 'TEMPLATE_REFUSED',
    });
  });
});
