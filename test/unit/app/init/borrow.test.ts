import { describe, expect, it } from 'vitest';

import { planInit } from '../../../../src/app/init/plan-init.ts';
import { Fault } from '../../../../src/base/fault.ts';
import { readLock } from '../../../../src/domain/environments/lock.ts';
import { listRestorePoints } from '../../../../src/engine/restore/points.ts';
import { fakeSurvey } from '../../../fakes/fake-python.ts';
import { comfyui, init, machine, type Machine, options, textsBelow } from './init-scene.ts';

const python = `${comfyui}/venv/bin/python`;
const installed = { numpy: '2.1.0', torch: '2.8.0' };

/** A machine with a venv inside the ComfyUI folder. */
function withVenv(
  given: Readonly<Record<string, string>> = {},
  versions: Readonly<Record<string, string>> = installed,
): Machine {
  const one = machine({ [python]: 'python', [`${comfyui}/venv/pyvenv.cfg`]: 'home = /usr/bin\n', ...given });
  one.python.surveys.set(python, fakeSurvey(`${comfyui}/venv`, versions));
  return one;
}

describe('an environment that is found', () => {
  it('is borrowed: nothing is resolved, nothing built, and restore point 0 says so', async () => {
    const one = withVenv();
    const report = await init(one);
    expect(report).toMatchObject({ grade: 'borrowed', found: { python, manager: 'venv' }, fates: [] });
    expect([one.python.built, one.python.resolved]).toEqual([[], []]);
    const text = (await one.files.readText(`${options.dir}/requirements.lock`)) ?? '';
    expect(readLock({ file: 'requirements.lock', text })).toMatchObject({ borrowed: python });
    const [point] = await listRestorePoints({ store: one.store, ledger: one.ledger() });
    expect(point?.manifest).toMatchObject({
      environment: report.environment,
      environmentDigest: one.python.surveys.get(python)?.fingerprint,
    });
  });

  it('is taken under the same id when init is interrupted at any step of the disk and typed again', async () => {
    const straight = withVenv();
    const begun = straight.files.disk.log.length;
    const expected = await init(straight);
    const nSteps = straight.files.disk.log.length - begun;
    expect(nSteps).toBeGreaterThan(10);
    for (let at = 1; at < nSteps; at += 3) {
      const one = withVenv();
      one.files.failAfter(at);
      await init(one).catch(() => undefined);
      one.files.failAfter(undefined);
      const isMade =
        one.ledger().latest('installation') !== undefined &&
        (await one.files.readText(`${options.dir}/.orchestrate/init-id`)) === undefined;
      if (isMade) continue;
      const report = await init(one);
      expect(new Set(one.created).size, `after step ${at}`).toBe(1);
      expect(report.environment, `after step ${at}`).toBe(expected.environment);
      expect(one.ledger().read({ kinds: ['environment.borrowed'], limit: 10 }), `after step ${at}`).toHaveLength(1);
    }
  });

  it('is no part of the component, whatever its folder is called', async () => {
    const one = machine({
      [`${comfyui}/my-env/bin/python`]: 'python',
      [`${comfyui}/my-env/pyvenv.cfg`]: 'home = /usr/bin\n',
    });
    one.python.surveys.set(`${comfyui}/my-env/bin/python`, fakeSurvey(`${comfyui}/my-env`, installed));
    const report = await init(one);
    expect(report).toMatchObject({ found: { prefix: `${comfyui}/my-env` }, components: [{ files: 2 }] });
  });

  it('is not taken when a fresh one is asked for', async () => {
    const one = withVenv();
    expect(await init(one, { fresh: true })).toMatchObject({ grade: 'ready', found: null });
    expect(one.python.built).toHaveLength(1);
  });

  it('is left when another is named, and others that were seen are told', async () => {
    const other = '/envs/comfy/bin/python';
    const one = withVenv({ [other]: 'python', [`/opt/.venv/bin/python`]: 'python' });
    one.python.surveys.set(other, fakeSurvey('/envs/comfy', installed, { manager: 'conda' }));
    const named = await planInit(one.app, { ...options, environment: '/envs/comfy' });
    expect(named.report.found).toMatchObject({ python: other, manager: 'conda' });
    expect((await planInit(one.app, options)).report.notes[0]).toContain('/opt/.venv');
  });

  it.each([
    ['is gone', {}, 'PYTHON_MISSING'],
    ['was named and is no environment', { environment: '/srv' }, 'PYTHON_MISSING'],
  ])('whose interpreter %s stops init, and nothing is written', async (_, more, code) => {
    const one = withVenv();
    one.python.surveys.clear();
    const nSteps = one.files.disk.log.length;
    await expect(planInit(one.app, { ...options, ...more })).rejects.toMatchObject({ code });
    expect(one.files.disk.log.length).toBe(nSteps);
  });

  it('tells what ComfyUI requires and it does not have', async () => {
    const { report } = await planInit(withVenv({}, { numpy: '2.1.0', torch: '2.9.0' }).app, options);
    expect(report.notes).toEqual(['the environment has torch 2.9.0, which does not meet ==2.8.0.']);
  });
});

describe('packages that no index supplies', () => {
  it('are told one by one, and a wheel that lies there is kept by its hash', async () => {
    const wheel = '/home/anna/wheels/sage-1.0-py3-none-any.whl';
    const cached = '/home/anna/.cache/pip/wheels/ab/cd/ef/0123/built-2.0-cp312-cp312-linux_x86_64.whl';
    const one = withVenv(
      { [wheel]: 'sage', [cached]: 'built' },
      { ...installed, lost: '1.0', built: '2.0', sage: '1.0' },
    );
    const survey = one.python.surveys.get(python);
    if (survey === undefined) throw new Error('no survey');
    const packages = survey.packages.map((each) =>
      each.name === 'sage' ? { ...each, origin: { kind: 'wheel', url: `file://${wheel}` } as const } : each,
    );
    one.python.surveys.set(python, { ...survey, packages });
    const { fates } = await init(one);
    expect(fates.map(({ name, fate }) => `${name}: ${fate}`)).toEqual([
      'built: kept wheel',
      'lost: lost',
      'sage: kept wheel',
    ]);
    const kept = Object.keys(await textsBelow(one.files, `${options.dir}/.orchestrate/wheels`));
    expect(kept.map((path) => path.replace(/^[0-9a-f]{64}/, '<sha256>')).sort()).toEqual([
      '<sha256>/built-2.0-cp312-cp312-linux_x86_64.whl',
      '<sha256>/sage-1.0-py3-none-any.whl',
    ]);
  });

  it('are not called lost where the index did not answer', async () => {
    const one = withVenv();
    let nAsked = 0;
    const offers = async () => {
      nAsked += 1;
      throw new Fault('INDEX_UNREACHABLE', 'no answer');
    };
    const app = { ...one.app, outside: { ...one.app.outside, python: { ...one.python, offers } } };
    const { report } = await planInit(app, options);
    expect(report.fates.map(({ name, fate }) => `${name}: ${fate}`)).toEqual(['numpy: unknown', 'torch: unknown']);
    expect(nAsked).toBeLessThanOrEqual(2);
  });
});

describe('folders of the person', () => {
  it('that are links are given to production as what they are', async () => {
    const one = withVenv();
    await one.files.ensureDir('/big/user');
    await one.files.link(`${comfyui}/user`, '/big/user');
    const plan = await planInit(one.app, options);
    expect(plan.config.service.userDir).toBe('/big/user');
    expect(plan.report.notes).toEqual([`${comfyui}/user is a link: production is given /big/user`]);
  });

  it('that are links to nothing stop init', async () => {
    const one = withVenv();
    await one.files.link(`${comfyui}/user`, '/gone');
    await expect(planInit(one.app, options)).rejects.toMatchObject({
      code: 'FILE_ACCESS',
      state: 'Nothing was written.',
    });
  });
});

describe("SwarmUI's own copy", () => {
  const copy = '/srv/SwarmUI/dlbackend/ComfyUI';
  const swarm = (): Machine =>
    machine({
      [`${copy}/main.py`]: 'print()\n',
      [`${copy}/requirements.txt`]: 'torch==2.8.0\n',
      '/srv/SwarmUI/Data/Settings.fds': 'Paths:\n    ModelRoot: Models\n',
      '/srv/SwarmUI/Data/comfy-auto-model.yaml':
        'swarmui:\n  base_path: /srv/SwarmUI/Models\n  is_default: true\n  checkpoints: Stable-Diffusion\nswarmui_nodes:\n  custom_nodes: /srv/SwarmUI/Nodes\n',
      '/srv/SwarmUI/Nodes/SwarmCommon/__init__.py': '',
    });

  it('is started by SwarmUI, keeps its models and brings its node packs', async () => {
    const report = await init(swarm(), { comfyui: copy, port: null });
    expect(report).toMatchObject({ layout: { id: 'swarmui', root: '/srv/SwarmUI' }, mode: 'none', port: 7820 });
    expect(report.components.map(({ path }) => path)).toEqual(['.', 'custom_nodes/SwarmCommon']);
    expect(report.next).not.toContain('orchestrate service start');
  });

  it('has model paths that load no node pack beside the lock and are not the default', async () => {
    const { modelPaths } = await planInit(swarm().app, { ...options, comfyui: copy });
    expect(modelPaths).toContain('base_path: /srv/SwarmUI/Models');
    expect(modelPaths).not.toMatch(/is_default|custom_nodes/);
  });
});
