import { describe, expect, it } from 'vitest';

import { requireRun } from '../../../src/app/operations/_run-output.ts';
import { restoreList } from '../../../src/app/operations/restore-list.ts';
import { restoreShow } from '../../../src/app/operations/restore-show.ts';
import { Fault } from '../../../src/base/fault.ts';
import { printLock } from '../../../src/domain/environments/lock.ts';
import type { Survey } from '../../../src/ports/python.ts';
import { fakeSurvey } from '../../fakes/fake-python.ts';
import { fakeApp } from '../../support/fake-app.ts';
import { doneScene, undoneScene } from '../../support/journal-scene.ts';
import { orchestrate } from '../../support/run-orchestrate.ts';
import { environment } from '../../support/scene-facts.ts';

const sha = 'a'.repeat(64);
const lock = printLock({
  abi: 'cp311',
  platform: 'linux-x86_64',
  packages: [{ name: 'torch', version: '2.11.0', sha256: [sha], file: 'torch-2.11.0-py3-none-any.whl', sizeBytes: 10 }],
});
const wheels = '/home/anna/comfy-home/.orchestrate/wheels';

interface Kept {
  readonly condition: 'intact' | 'missing' | 'drifted';
  readonly wheel: boolean;
}

function appWith({ condition, wheel }: Kept) {
  const inspected: string[] = [];
  const app = fakeApp(doneScene(), {
    outside: {
      python: {
        inspect: async (dir: string) => {
          inspected.push(dir);
          return { kind: condition, manifestDigest: 'm', python: '/p', sizeBytes: 1, changed: [] };
        },
        recorded: async () => undefined,
      },
      files: {
        list: async (dir: string) =>
          wheel && dir === wheels
            ? [sha]
            : wheel && dir === `${wheels}/${sha}`
              ? ['torch-2.11.0-py3-none-any.whl']
              : [],
        sizeBytes: async () => 0,
        freeBytes: async () => 0,
        info: async (path: string) =>
          path === `${wheels}/${sha}/torch-2.11.0-py3-none-any.whl`
            ? { kind: 'file', sizeBytes: 10, mode: 0o444, mtimeMs: 0 }
            : undefined,
      },
    },
    installation: { store: { readFile: async () => new TextEncoder().encode(lock) } },
  });
  return { app, inspected };
}

const gradesOf = async (kept: Kept): Promise<readonly string[]> =>
  (await restoreList.run(appWith(kept).app, {})).restorePoints.map(({ grade }) => grade);

describe('the grade of a restore point', () => {
  it('is ready when the environment is there, byte for byte', async () => {
    expect(await gradesOf({ condition: 'intact', wheel: false })).toEqual(['ready', 'borrowed']);
  });

  it.each(['missing', 'drifted'] as const)('is offline when it is %s and every wheel is kept', async (condition) => {
    expect(await gradesOf({ condition, wheel: true })).toEqual(['offline', 'borrowed']);
  });

  it.each(['missing', 'drifted'] as const)('needs the network when it is %s and a wheel is gone', async (condition) => {
    expect(await gradesOf({ condition, wheel: false })).toEqual(['needs-network', 'borrowed']);
  });

  it('needs the network when its lock cannot be read: the others are told all the same', async () => {
    const { app } = appWith({ condition: 'missing', wheel: true });
    const { store, ...rest } = await app.installation();
    const broken = { ...rest, store: { ...store, readFile: async () => new TextEncoder().encode('<<<<<<< ours\n') } };
    const { restorePoints } = await restoreList.run({ ...app, installation: async () => broken }, {});
    expect(restorePoints.map(({ grade }) => grade)).toEqual(['needs-network', 'borrowed']);
  });

  it('is found once for an environment that several restore points name', async () => {
    const { inspected } = appWith({ condition: 'intact', wheel: false });
    const app = fakeApp(undoneScene(), {
      outside: {
        python: {
          inspect: async (dir: string) => {
            inspected.push(dir);
            return { kind: 'intact', manifestDigest: 'm', python: '/p', sizeBytes: 1 };
          },
          recorded: async () => undefined,
        },
      },
    });
    const { restorePoints } = await restoreList.run(app, {});
    expect(restorePoints.map(({ grade }) => grade)).toEqual(['ready', 'ready', 'borrowed']);
    expect(inspected).toEqual([`/home/anna/comfy-home/.orchestrate/envs/${environment}`]);
  });
});

describe('the way back from a merge', () => {
  it('has the grade of the state before it', async () => {
    expect((await requireRun(fakeApp(doneScene()), 'r1')).goBack).toEqual({
      name: '0000-init',
      grade: 'borrowed',
      condition: null,
    });
    expect((await requireRun(fakeApp(undoneScene()), 'r2')).goBack).toEqual({
      name: '0001-upgrade-pytorch',
      grade: 'ready',
      condition: null,
    });
  });
});

describe('a restore point whose environment is borrowed', () => {
  const python = '/srv/venv/bin/python';
  const was = fakeSurvey('/srv/venv', { torch: '2.8.0' });
  const borrowedScene = () => {
    const scene = undoneScene();
    const { prefix, manager, fingerprint, frame, packages } = was;
    scene.add(
      'environment.borrowed',
      { environment, python, prefix, manager, fingerprint, frame, packages },
      { keys: [`borrowed:${environment}`] },
    );
    return scene;
  };
  const outside = (survey: () => Promise<Survey>) => ({ python: { survey, recorded: async () => undefined } });
  const gone = () => Promise.reject(new Fault('PYTHON_MISSING', 'gone'));

  it.each([
    [
      'intact',
      async () => was,
      /not ours to keep; as it was recorded/,
      /^Go back any time \(0001-upgrade-pytorch was/m,
    ],
    [
      'drifted',
      async () => fakeSurvey('/srv/venv', { torch: '2.9.1' }),
      /not as it was recorded any more/,
      /^No way back to 0001-upgrade-pytorch now: its environment was adopted and has changed since: orchestrate restore show/m,
    ],
    ['gone', gone, /its interpreter is gone/, /^No way back to 0001-upgrade-pytorch now: .* is gone/m],
  ] as const)('says that it is %s, and so does the line after a merge', async (condition, survey, shown, line) => {
    const app = fakeApp(borrowedScene(), { outside: outside(survey) });
    expect(await restoreShow.run(app, { point: '1' })).toMatchObject({ grade: 'borrowed', condition });
    expect((await requireRun(app, 'r2')).goBack).toEqual({
      name: '0001-upgrade-pytorch',
      grade: 'borrowed',
      condition,
    });
    const options = { outside: outside(survey), onAsk: () => 'r2' };
    expect((await orchestrate(borrowedScene(), ['restore', 'show', '1'], options)).out).toMatch(shown);
    const { out } = await orchestrate(borrowedScene(), ['undo'], options);
    expect(out).toMatch(line);
    expect(/Go back any time/.test(out)).toBe(condition === 'intact');
  });

  it('says nothing of it when the interpreter does not answer', async () => {
    const silent = () => Promise.reject(new Fault('PROCESS_FAILED', 'silent'));
    const app = fakeApp(borrowedScene(), { outside: outside(silent) });
    expect(await restoreShow.run(app, { point: '1' })).toMatchObject({ grade: 'borrowed', condition: null });
  });
});
