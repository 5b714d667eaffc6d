import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createDigest } from '../../../../src/adapters/clock/digest.ts';
import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { bootFailure } from '../../../../src/domain/instances/boot-failure.ts';
import { instanceFolders, serviceEnvironment, startArguments } from '../../../../src/domain/instances/command.ts';
import {
  type Component,
  componentsDigest,
  parseComponents,
  printComponents,
} from '../../../../src/domain/instances/components.ts';
import { failedPacks } from '../../../../src/domain/instances/failed-packs.ts';
import { configText } from '../../../fakes/fake-world.ts';
import { faultOf } from '../definitions/shown-fault.ts';

const { sha256 } = createDigest();

describe('bootFailure', () => {
  it('is the last line of the last traceback', () => {
    expect(
      bootFailure([
        'Traceback (most recent call last):',
        '  File "main.py", line 1, in <module>',
        "ModuleNotFoundError: No module named 'torch'",
        'cleaning up',
      ]),
    ).toBe("ModuleNotFoundError: No module named 'torch'");
  });

  it('names the start argument that this version does not know', () => {
    expect(bootFailure(['usage: main.py [-h] [--cpu]', 'main.py: error: unrecognized arguments: --normalvram'])).toBe(
      'it does not know the start argument --normalvram: take it out of service.args in orchestrate.yaml',
    );
  });

  it.each([
    ['[ERROR] RuntimeError: CUDA error: no kernel image', 'RuntimeError: CUDA error: no kernel image'],
    ['torch.cuda.OutOfMemoryError: out of memory', 'torch.cuda.OutOfMemoryError: out of memory'],
    ['KeyboardInterrupt', 'KeyboardInterrupt'],
  ])('reads %s', (line, expected) => {
    expect(bootFailure(['one', line])).toBe(expected);
  });

  it('takes no sentence that only speaks of an error for one', () => {
    expect(bootFailure(['an Error happened somewhere', 'the last words'])).toBe('the last words');
  });

  it('is the last line where nothing was thrown, and says when there is none', () => {
    expect(bootFailure(['Killed  '])).toBe('Killed');
    expect(bootFailure([])).toBe('it wrote nothing');
    expect(bootFailure(['  '])).toBe('it wrote nothing');
  });
});

describe('failedPacks', () => {
  it('reads the import table of ComfyUI', () => {
    expect(
      failedPacks([
        'Import times for custom nodes:',
        '   0.0 seconds: /opt/ComfyUI/custom_nodes/fine',
        '   0.4 seconds (IMPORT FAILED): /opt/ComfyUI/custom_nodes/rgthree-comfy',
        '   0.1 seconds (IMPORT FAILED): C:\\ComfyUI\\custom_nodes\\broken pack',
        '   0.4 seconds (IMPORT FAILED): /opt/ComfyUI/custom_nodes/rgthree-comfy',
      ]),
    ).toEqual(['broken pack', 'rgthree-comfy']);
  });
});

const component: Component = {
  id: 'comfyui',
  path: '.',
  source: 'https://github.com/comfyanonymous/ComfyUI',
  commit: 'c'.repeat(40),
  tree: 'a'.repeat(40),
};
const pack: Component = {
  ...component,
  id: 'rgthree',
  path: 'custom_nodes/rgthree',
  source: '/opt/it',
  commit: null,
  tree: 'b'.repeat(40),
};

describe('components.lock', () => {
  it('is printed with ComfyUI first', () => {
    expect(printComponents([pack, component])).toMatchInlineSnapshot(`
      "# Made by orchestrate: ComfyUI and every node pack, pinned to the files that were proven.
      version: 1
      components:
        - id: "comfyui"
          path: "."
          source: "https://github.com/comfyanonymous/ComfyUI"
          commit: "cccccccccccccccccccccccccccccccccccccccc"
          tree: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        - id: "rgthree"
          path: "custom_nodes/rgthree"
          source: "/opt/it"
          commit: null
          tree: "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
      "
    `);
  });

  it('is read back as it was printed', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
    const hex = fc.stringMatching(/^[0-9a-f]{40}$/);
    const edits = fc.record({ files: fc.integer({ min: 1, max: 999 }), patch: hex });
    const facts = fc.record({
      id: name,
      path: fc.oneof(
        fc.constant('.'),
        name.map((text) => `custom_nodes/${text}`),
      ),
      // Of a damaged name nothing can be told: the parser takes no U+FFFD.
      source: fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\uFFFD')),
      commit: fc.option(hex),
      tree: hex,
    });
    const any = fc.oneof(
      facts,
      fc.tuple(facts, edits).map(([one, edited]) => ({ ...one, edits: edited })),
    );
    fc.assert(
      fc.property(fc.uniqueArray(any, { minLength: 1, maxLength: 5, selector: (one) => one.path }), (given) => {
        const sorted = [...given].sort((a, b) => (a.path < b.path ? -1 : 1));
        expect(parseComponents(printComponents(given))).toEqual(sorted);
      }),
    );
  });

  it.each([
    [
      'an unknown field',
      printComponents([component]).replace(/tree: "a+"/, (line) => `${line}\n    patch: x`),
      { line: 9 },
    ],
    [
      'a path outside of the node packs',
      printComponents([component]).replace('path: "."', 'path: "../x"'),
      { line: 5 },
    ],
    [
      'a path with two folders',
      printComponents([pack]).replace('custom_nodes/rgthree', 'custom_nodes/a/b'),
      { line: 5 },
    ],
    ['a short tree id', printComponents([component]).replace('a'.repeat(40), 'abc'), { line: 8 }],
    ['another version', printComponents([component]).replace('version: 1', 'version: 2'), { line: 2 }],
    ['no component', 'version: 1\ncomponents: []\n', { line: 2 }],
  ])('is refused with the place of %s', (_, text, at) => {
    expect(faultOf(() => parseComponents(text))).toMatchObject({
      code: 'DEFINITION_INVALID',
      at: { file: 'components.lock', ...at },
    });
  });

  it('is refused when it is no YAML', () => {
    expect(faultOf(() => parseComponents('version: 1\ncomponents: [\n'))).toMatchObject({
      code: 'DEFINITION_SYNTAX',
      at: { file: 'components.lock' },
    });
  });
});

describe('componentsDigest', () => {
  it('stands for places and files, not for where they came from or their order', () => {
    const all = componentsDigest([component, pack], sha256);
    expect(componentsDigest([pack, { ...component, id: 'other', source: 'x', commit: null }], sha256)).toBe(all);
    expect(componentsDigest([component, { ...pack, tree: 'd'.repeat(40) }], sha256)).not.toBe(all);
    expect(componentsDigest([component, { ...pack, path: 'custom_nodes/x' }], sha256)).not.toBe(all);
  });
});

describe('an instance', () => {
  const text = configText().replace('start-time: 10s', 'user-folder: /data/user\n  output-folder: /data/output');
  const { service } = parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' });

  it('keeps the folders of the person in production only', () => {
    const folders = instanceFolders({
      dir: '/i1',
      purpose: 'production',
      service,
      productionDir: '/kept/production',
      hasModelPaths: true,
    });
    expect(folders).toMatchObject({
      user: '/data/user',
      output: '/data/output',
      // What the person named no folder for outlives the instance that wrote it.
      input: '/kept/production/input',
      temp: '/i1/temp',
      modelPaths: '/i1/extra_model_paths.yaml',
    });
    const proof = instanceFolders({
      dir: '/i1',
      purpose: 'proof',
      service,
      productionDir: '/kept/production',
      hasModelPaths: false,
    });
    expect(proof).toMatchObject({ user: '/i1/user', output: '/i1/output', input: '/i1/input', modelPaths: null });
  });

  it('listens on loopback only, with every folder named', () => {
    const folders = instanceFolders({
      dir: '/i1',
      purpose: 'proof',
      service,
      productionDir: '/kept/production',
      hasModelPaths: true,
    });
    expect(startArguments(folders, 8191, ['--cpu']).join(' ')).toBe(
      '/i1/ComfyUI/main.py --cpu --listen 127.0.0.1 --port 8191 --user-directory /i1/user --temp-directory /i1 --input-directory /i1/input --output-directory /i1/output --extra-model-paths-config /i1/extra_model_paths.yaml',
    );
  });

  it('puts what the person adds before what it needs itself: the later one counts', () => {
    const folders = instanceFolders({
      dir: '/i1',
      purpose: 'proof',
      service,
      productionDir: '/p',
      hasModelPaths: true,
    });
    const args = startArguments(folders, 8191, ['--verbose', 'DEBUG']);
    expect(args.indexOf('--verbose')).toBeLessThan(args.indexOf('--listen'));
  });

  it.each([
    '--listen',
    '--listen=0.0.0.0',
    '--lis',
    '--port=1',
    '--base-directory',
    '--base=/x',
    '--temp-directory',
    '--database-url',
    '--enable-cors-header',
    '--enable-c=*',
    '--user',
    '--out=/x',
  ])('takes no argument %s from the configuration, written out or abbreviated', (argument) => {
    const spoilt = text.replace('  mode: managed', `  mode: managed\n  args: ["${argument}"]`);
    expect(() => parseConfig({ file: 'orchestrate.yaml', text: spoilt, origin: 'installation' })).toThrow(
      /service.args/,
    );
  });

  it.each(['--cpu', '--lowvram', '--enable-manager', '--use-split-cross-attention'])('takes %s', (argument) => {
    const given = text.replace('  mode: managed', `  mode: managed\n  args: ["${argument}"]`);
    expect(parseConfig({ file: 'orchestrate.yaml', text: given, origin: 'installation' }).service.args).toEqual([
      argument,
    ]);
  });

  it('sees an environment in which nothing of ours or of the person is', () => {
    const env = serviceEnvironment({ dir: '/i1', binDir: '/envs/e1/bin', port: 8191, searchPath: ['/usr/bin'] });
    expect(env).toMatchObject({
      PATH: '/envs/e1/bin:/usr/bin',
      HOME: '/i1/home',
      TMPDIR: '/i1/tmp',
      COMFY_PORT: '8191',
      PIP_CONFIG_FILE: '/dev/null',
      PYTHONDONTWRITEBYTECODE: '1',
    });
    // Where it is said, Python reads bytecode from there alone, and compiles the whole environment at each start.
    expect(env).not.toHaveProperty('PYTHONPYCACHEPREFIX');
    expect(
      Object.values(env).filter((value) => value.startsWith('/envs') && !value.startsWith('/envs/e1/bin')),
    ).toEqual([]);
  });
});
