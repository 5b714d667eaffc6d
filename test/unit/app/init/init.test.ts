import { describe, expect, it } from 'vitest';

import { adopt } from '../../../../src/app/init/adopt.ts';
import { findComponents, ownPacks, skipInComfyui, skipInPack } from '../../../../src/app/init/look.ts';
import { planInit } from '../../../../src/app/init/plan-init.ts';
import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { parseComponents } from '../../../../src/domain/instances/components.ts';
import { parseGraph } from '../../../../src/domain/instances/workflow.ts';
import { listRestorePoints } from '../../../../src/engine/restore/points.ts';
import { comfyui, head, init, machine, options, textsBelow } from './init-scene.ts';

describe('findComponents', () => {
  it('finds ComfyUI and its node packs, and takes no file or hidden folder for one', async () => {
    const { files } = machine({
      [`${comfyui}/custom_nodes/rgthree/__init__.py`]: '',
      [`${comfyui}/custom_nodes/__pycache__/x.pyc`]: '',
      [`${comfyui}/custom_nodes/.disabled/x.py`]: '',
      [`${comfyui}/custom_nodes/example.py`]: '',
    });
    expect((await findComponents(files, ownPacks(comfyui))).map(({ id, path }) => [id, path])).toEqual([
      ['comfyui', '.'],
      ['rgthree', 'custom_nodes/rgthree'],
    ]);
  });

  it.each([
    ['a branch', { HEAD: 'ref: refs/heads/master\n', 'refs/heads/master': `${head}\n` }, head],
    ['a detached tag', { HEAD: `${head}\n` }, head],
    [
      'a branch in packed-refs',
      {
        HEAD: 'ref: refs/heads/main\n',
        'packed-refs': `# pack-refs with: peeled\n${'d'.repeat(40)} refs/heads/main2\n${head} refs/heads/main\n`,
      },
      head,
    ],
    ['a branch that is not there', { HEAD: 'ref: refs/heads/main\n' }, null],
    ['a damaged head', { HEAD: 'garbage\n' }, null],
  ])('reads the commit of %s', async (_, git, commit) => {
    const texts = Object.fromEntries(Object.entries(git).map(([name, text]) => [`/x/.git/${name}`, text]));
    const { files } = machine({ '/x/main.py': '', ...(texts as Record<string, string>) });
    expect((await findComponents(files, ownPacks('/x')))[0]).toMatchObject({ commit, source: '/x' });
  });

  it.each([
    ['https://anna:secret@example.com/x.git', 'https://example.com/x.git'],
    ['https://token@example.com/x.git', 'https://example.com/x.git'],
    ['https://anna:s@cret@example.com/x.git', 'https://example.com/x.git'],
    ['git+https://anna:secret@example.com/x.git', 'git+https://example.com/x.git'],
    ['https://example.com/@scope/x.git', 'https://example.com/@scope/x.git'],
    ['git@github.com:anna/x.git', 'git@github.com:anna/x.git'],
  ])('tells where it came from without a password: %s', async (url, source) => {
    const { files } = machine({
      '/x/main.py': '',
      '/x/.git/HEAD': `${head}\n`,
      '/x/.git/config': `[core]\n[remote "origin"]\n\turl = ${url}\n`,
    });
    expect((await findComponents(files, ownPacks('/x')))[0]?.source).toBe(source);
  });

  it('names the folder where a component without git lies', async () => {
    const { files } = machine({ '/x/main.py': '' });
    expect(await findComponents(files, ownPacks('/x'))).toEqual([
      { id: 'comfyui', path: '.', dir: '/x', source: '/x', commit: null, gitDir: null, note: null },
    ]);
  });

  it.each(['_private', 'pack (1)', 'pa\u0000ck', 'ünïcode'])(
    'refuses a node pack that components.lock could not name: %j',
    async (name) => {
      const { files } = machine({ [`${comfyui}/custom_nodes/${name}/__init__.py`]: '' });
      await expect(findComponents(files, ownPacks(comfyui))).rejects.toMatchObject({
        code: 'NAME_INVALID',
        state: 'Nothing was written.',
      });
    },
  );

  it('refuses a folder without main.py', async () => {
    await expect(findComponents(machine().files, ownPacks('/opt'))).rejects.toMatchObject({
      code: 'COMPONENT_NOT_FOUND',
      state: 'Nothing was written.',
    });
  });
});

describe('what is taken of a component', () => {
  it.each([
    'models/x.safetensors',
    'output',
    'input/a.png',
    'user/default',
    'custom_nodes/x',
    'venv/bin',
    '.git/config',
    'comfy/__pycache__/a.pyc',
    'a.pyc',
  ])('is not %s of ComfyUI', (path) => {
    expect(skipInComfyui(path)).toBe(true);
  });

  it.each(['main.py', 'comfy/model_base.py', 'comfy/models/x.py', 'web/output/index.js'])(
    'is %s of ComfyUI',
    (path) => {
      expect(skipInComfyui(path)).toBe(false);
    },
  );

  it('is everything of a node pack but what is made at run time', () => {
    expect(['__init__.py', 'models/list.json', 'user/x'].map(skipInPack)).toEqual([false, false, false]);
    expect(['.git/HEAD', 'a/__pycache__/b.pyc', 'venv/bin/python'].map(skipInPack)).toEqual([true, true, true]);
  });
});

describe('planInit', () => {
  it('tells what it found and what it would write', async () => {
    const { app } = machine({ [`${comfyui}/custom_nodes/rgthree/__init__.py`]: '' });
    const { report } = await planInit(app, options);
    expect(report).toMatchObject({
      home: options.dir,
      id: null,
      branch: 'main',
      port: 8188,
      components: [
        {
          id: 'comfyui',
          path: '.',
          source: 'https://github.com/comfyanonymous/ComfyUI.git',
          commit: head,
          files: null,
        },
        { id: 'rgthree', path: 'custom_nodes/rgthree', commit: null, files: null },
      ],
      packages: [
        { name: 'numpy', version: '2.1.0' },
        { name: 'torch', version: '2.8.0' },
      ],
      downloadBytes: 2_000,
      writes: [options.dir, '/state/orchestrate/<id>'],
    });
  });

  it('writes nothing', async () => {
    const { app, files, created } = machine();
    const nSteps = files.disk.log.length;
    await planInit(app, options);
    expect(files.disk.log.length).toBe(nSteps);
    expect(created).toEqual([]);
  });

  it('adds what is required to the requirements of ComfyUI, and keeps theirs', async () => {
    const { app } = machine();
    const { requirementsText } = await planInit(app, { ...options, require: ['pillow==11.0.0', 'numpy<2.1'] });
    expect(requirementsText).toBe(
      '# What the environment must hold. Change this file, never requirements.lock.\ntorch==2.8.0  # theirs\nnumpy<2.1\npillow==11.0.0\n',
    );
  });

  it.each([
    ['a home that holds something else', { [`${options.dir}/photo.png`]: 'x' }, {}, 'HOME_EXISTS'],
    ['a home that is a file', { [options.dir]: 'x' }, {}, 'HOME_EXISTS'],
    ['a home inside the ComfyUI folder', {}, { dir: `${comfyui}/home` }, 'HOME_EXISTS'],
    ['a home that is the ComfyUI folder', {}, { dir: comfyui }, 'HOME_EXISTS'],
    ['a folder that is no ComfyUI', {}, { comfyui: '/opt' }, 'COMPONENT_NOT_FOUND'],
    ['a branch name that git refuses', {}, { branch: 'a..b' }, 'NAME_INVALID'],
    ['requirements that nothing meets', {}, { require: ['numpy>=99'] }, 'PACKAGE_NOT_FOUND'],
    ['a workflow that is not there', {}, { untested: false, workflow: ['/x.json'] }, 'USAGE_BAD_ARGUMENT'],
    ['a workflow that is no JSON', { '/x.json': '{' }, { untested: false, workflow: ['/x.json'] }, 'DEFINITION_SYNTAX'],
    [
      'a workflow in the format of the editor',
      { '/x.json': '{"nodes": []}' },
      { untested: false, workflow: ['/x.json'] },
      'DEFINITION_INVALID',
    ],
    ['an index with a password', {}, { index: 'https://a:b@example.com/simple' }, 'CONFIG_INVALID'],
  ] as const)('refuses %s and writes nothing', async (_, texts, more, code) => {
    const { app, files } = machine(texts);
    const nSteps = files.disk.log.length;
    await expect(planInit(app, { ...options, ...more })).rejects.toMatchObject({ code });
    expect(files.disk.log.length).toBe(nSteps);
  });

  it('sees through a link into the ComfyUI folder', async () => {
    const { app, files } = machine();
    await files.ensureDir('/home/anna');
    await files.link('/home/anna/comfy', comfyui);
    await expect(
      planInit(app, { ...options, comfyui: '/home/anna/comfy', dir: `${comfyui}/home` }),
    ).rejects.toMatchObject({ code: 'HOME_EXISTS' });
  });

  it('takes relative paths from where the person stands', async () => {
    const { app } = machine({ '/home/anna/ComfyUI/main.py': '' });
    expect(await planInit(app, { ...options, dir: './home/', comfyui: 'ComfyUI' })).toMatchObject({
      home: '/home/anna/home',
      around: { comfyui: '/home/anna/ComfyUI' },
    });
  });
});

describe('adopt', () => {
  it('makes a home with one commit, its environment and restore point 0', async () => {
    const one = machine({ '/w/My Portrait.json': '{"1": {"class_type": "KSampler", "inputs": {}}}' });
    const report = await init(one, { untested: false, workflow: ['/w/My Portrait.json'] });
    expect(report).toMatchObject({
      state: 'made',
      restorePoint: '0000-adopted',
      workflows: ['My-Portrait'],
      components: [{ files: 2 }],
    });
    expect(
      Object.keys(await textsBelow(one.files, options.dir)).filter((name) => !name.startsWith('.orchestrate/')),
    ).toEqual([
      '.gitignore',
      'CLAUDE.md',
      'components.lock',
      'extra_model_paths.yaml',
      'orchestrate.yaml',
      'requirements.in',
      'requirements.lock',
      'workflows/My-Portrait.json',
    ]);
    const [point] = await listRestorePoints({ store: one.store, ledger: one.ledger() });
    expect(point?.manifest).toMatchObject({
      number: 0,
      made: 'init',
      commit: one.home.head(),
      environment: report.environment,
    });
    expect(one.ledger().latest('installation')?.data).toMatchObject({
      head: one.home.head(),
      branchRef: 'refs/heads/main',
    });
  });

  describe('without a workflow that was named', () => {
    const shipped = { '/app/templates/workflows/no-model.json': '{"1": {"class_type": "EmptyImage", "inputs": {}}}' };
    const file = `${options.dir}/workflows/no-model.json`;

    it('takes the shipped one, and says so in the plan', async () => {
      const one = machine(shipped);
      const { report } = await planInit(one.app, { ...options, untested: false });
      expect(report).toMatchObject({ workflows: ['no-model'] });
      expect(report.notes).toContain(
        'no workflow named: the shipped no-model runs; add yours: orchestrate smoke add <file>',
      );
      await init(one, { untested: false });
      expect(parseGraph({ name: 'no-model', text: (await one.files.readText(file)) ?? '' })).toMatchObject({
        1: { class_type: 'EmptyImage' },
      });
    });

    it('leaves it out when one is named, and when none is wanted', async () => {
      const one = machine({ ...shipped, '/w/mine.json': shipped['/app/templates/workflows/no-model.json'] });
      const named = await planInit(one.app, { ...options, untested: false, workflow: ['/w/mine.json'] });
      expect(named.report).toMatchObject({ workflows: ['mine'] });
      expect(named.report.notes.join()).not.toContain('shipped');
      expect(await init(one)).toMatchObject({ workflows: [] });
      expect(await one.files.readText(file)).toBeUndefined();
    });

    it('refuses both at once, and a program that is not whole', async () => {
      const { app } = machine({ '/w/mine.json': '{"1": {"class_type": "EmptyImage", "inputs": {}}}' });
      await expect(planInit(app, { ...options, workflow: ['/w/mine.json'] })).rejects.toMatchObject({
        code: 'USAGE_BAD_ARGUMENT',
      });
      await expect(planInit(app, { ...options, untested: false })).rejects.toMatchObject({ code: 'FILE_ACCESS' });
    });
  });

  it('writes files that it can read itself', async () => {
    const one = machine({ [`${comfyui}/custom_nodes/rgthree/__init__.py`]: 'x' });
    await init(one);
    const texts = await textsBelow(one.files, options.dir);
    expect(
      parseConfig({ file: 'orchestrate.yaml', text: texts['orchestrate.yaml'] ?? '', origin: 'installation' }),
    ).toMatchObject({
      id: one.created[0],
      service: { port: 8188, args: ['--cpu'], userDir: `${comfyui}/user` },
    });
    expect(parseComponents(texts['components.lock'] ?? '').map((component) => component.path)).toEqual([
      '.',
      'custom_nodes/rgthree',
    ]);
    expect(texts['components.lock']).not.toContain('cret');
  });

  it('adopts a node pack with a blank in its name', async () => {
    const one = machine({ [`${comfyui}/custom_nodes/my pack/__init__.py`]: 'x' });
    await init(one);
    const text = (await one.files.readText(`${options.dir}/components.lock`)) ?? '';
    expect(parseComponents(text).at(-1)).toMatchObject({ id: 'my-pack', path: 'custom_nodes/my pack' });
  });

  it('touches nothing of the ComfyUI folder', async () => {
    const one = machine();
    const before = await textsBelow(one.files, comfyui);
    await init(one);
    expect(await textsBelow(one.files, comfyui)).toEqual(before);
  });

  it('goes on under the same id after an interruption at any step of the disk', async () => {
    const straight = machine();
    const expected = await init(straight);
    const nSteps = straight.files.disk.log.length;
    for (let at = machine().files.disk.log.length + 1; at < nSteps; at += 3) {
      const one = machine();
      one.files.failAfter(at - one.files.disk.log.length);
      await init(one).catch(() => undefined);
      one.files.failAfter(undefined);
      const isMade =
        one.ledger().latest('installation') !== undefined &&
        (await one.files.readText(`${options.dir}/.orchestrate/init-id`)) === undefined;
      if (isMade) continue;
      const report = await init(one);
      expect(new Set(one.created).size, `after step ${at}`).toBe(1);
      expect({ ...report, id: '', stateFolder: '', writes: [] }, `after step ${at}`).toEqual({
        ...expected,
        id: '',
        stateFolder: '',
        writes: [],
      });
      expect((await listRestorePoints({ store: one.store, ledger: one.ledger() })).map((point) => point.name)).toEqual([
        '0000-adopted',
      ]);
      expect(await one.home.dirtyPaths(one.home.head())).toEqual([]);
    }
  });

  it('keeps out of the way of another one at the same folder', async () => {
    const one = machine();
    const plan = await planInit(one.app, options);
    await one.ledger().acquire();
    await expect(adopt(one.app, plan)).rejects.toMatchObject({ code: 'SUPERVISOR_BUSY' });
  });

  it('says what in the ComfyUI folder cannot be taken', async () => {
    const one = machine();
    one.store.refuses.set('main.py', 'too large');
    await expect(init(one)).rejects.toMatchObject({
      code: 'TREE_REFUSED',
      message: expect.stringContaining('main.py (too large)') as string,
      state: 'The ComfyUI folder was only read.',
    });
  });
});
