import { describe, expect, it } from 'vitest';

import { doctor } from '../../../src/app/operations/doctor.ts';
import { Fault } from '../../../src/base/fault.ts';
import { fakeApp, type FakeAppOptions } from '../../support/fake-app.ts';
import { installedScene, waitingScene } from '../../support/journal-scene.ts';
import type { SceneLedger } from '../../support/scene-ledger.ts';

async function failing(
  options: FakeAppOptions & { nodeVersion?: string },
  scene: SceneLedger | null = installedScene(),
): Promise<readonly string[]> {
  const app = {
    ...fakeApp(scene, options),
    ...(options.nodeVersion === undefined ? {} : { nodeVersion: options.nodeVersion }),
  };
  const { ok, checks } = await doctor.run(app, {});
  const bad = checks.filter((check) => !check.ok);
  expect(ok).toBe(bad.length === 0);
  return bad.map(({ id, fact, hint }) => `${id}: ${fact}${hint === null ? '' : ` → ${hint}`}`);
}

const result = (stdout: string, exitCode = 0) => ({
  exitCode,
  signal: null,
  stdout,
  stderr: '',
  timedOut: false,
  truncated: false,
  durationMs: 1,
});
const programs = (git: string, python: string) => ({
  processes: {
    isAlive: async () => true,
    run: async ({ program }: { program: string }) => result(program === 'git' ? git : python),
  },
});
const goodGit = 'git version 2.39.5\n';
const goodPython = '[[3, 11, 2], true, true, false]\n';

describe('doctor', () => {
  it('is content with a good machine, with and without an installation', async () => {
    expect(await failing({})).toEqual([]);
    expect(await failing({}, null)).toEqual([]);
  });

  it('names an old Node, git or Python and what to install', async () => {
    expect(
      await failing({
        nodeVersion: '22.3.0',
        outside: programs('git version 2.30.1\n', '[[3, 9, 1], true, true, true]\n'),
      }),
    ).toEqual([
      'node: Node 22.3.0 is older than 24 → install Node 24 or newer',
      'git: git version 2.30.1 is older than 2.39 → install git 2.39 or newer',
      'python: Python 3.9.1 (python3) is older than 3.10 → set python.program in orchestrate.yaml',
    ]);
  });

  it('names a Python without venv or pip', async () => {
    expect(await failing({ outside: programs(goodGit, '[[3, 11, 2], false, false, false]\n') })).toEqual([
      'venv: python3 has no venv module → install it, e.g. the package python3-venv',
      'pip: python3 has neither pip nor ensurepip → install it, e.g. the package python3-pip',
    ]);
  });

  it('names programs that are not there', async () => {
    const run = async (): Promise<never> => {
      throw new Fault('PROCESS_FAILED', 'No such program.');
    };
    expect(await failing({ outside: { processes: { run, isAlive: async () => true } } })).toEqual([
      'git: git is not on the PATH → install git 2.39 or newer',
      'python: python3 cannot be run → install Python 3.10 or newer, or set python.program in orchestrate.yaml',
    ]);
  });

  it('names a broken definition with its place', async () => {
    const app = fakeApp(installedScene());
    const broken = new Fault('DEFINITION_INVALID', 'The field home-port has to be a number.', {
      at: { file: 'trees/env-setup.yaml', line: 3, column: 12 },
    });
    const { checks } = await doctor.run({ ...app, installation: () => Promise.reject(broken) }, {});
    expect(checks.at(-1)).toEqual({
      id: 'definitions',
      ok: false,
      fact: 'DEFINITION_INVALID: The field home-port has to be a number. (trees/env-setup.yaml:3:12)',
      hint: null,
    });
  });

  it('names a broken journal, store and home, and old locks', async () => {
    const scene = installedScene();
    const ledger = {
      ...scene.ledger,
      verify: () => ({ kind: 'broken', firstBadSeq: 3, reason: 'its hash is another one' }),
    };
    const options = {
      installation: {
        ledger,
        store: { verify: async () => ['missing blob 1234'] },
        home: { inspect: async () => ({ kind: 'unfit', code: 'HOME_DETACHED', reason: 'HEAD names a commit.' }) },
      },
      outside: {
        ...programs(goodGit, goodPython),
        files: {
          freeBytes: async () => 5_000_000_000,
          info: async (path: string) =>
            path.endsWith('comfy-home/.git/index.lock')
              ? { kind: 'file', sizeBytes: 0, mode: 0o644, mtimeMs: scene.nowMs() - 7_200_000 }
              : undefined,
        },
      },
    };
    const found = await failing(options, scene);
    expect(found).toEqual([
      'journal: the hash chain breaks at row #3: its hash is another one → orchestrate journal verify',
      'store: /state/orchestrate/demo/store.git: missing blob 1234 → keep a copy of the folder before anything else',
      'home: HOME_DETACHED: HEAD names a commit.',
      'locks: a git that is gone left /home/anna/comfy-home/.git/index.lock (2h00m old) → remove it when no git is running',
    ]);
  });

  it('tells a strange holder of a port and leaves it alone', async () => {
    const holder = async (port: number) =>
      port === 8189
        ? { kind: 'held', owners: [{ pid: 7, startTime: '1', argv: ['node', 'other.js'] }] }
        : { kind: 'free' };
    const { ok, checks } = await doctor.run(fakeApp(waitingScene(), { outside: { ports: { holder } } }), {});
    expect(ok).toBe(true);
    expect(checks.find(({ id }) => id === 'port 8189')).toEqual({
      id: 'port 8189',
      ok: true,
      fact: 'held by pid 7 (node other.js)',
      hint: 'slots get the next free port; it is left alone',
    });
  });

  it('passes a bug on', async () => {
    const run = async (): Promise<never> => {
      throw new TypeError('x is not a function');
    };
    await expect(doctor.run(fakeApp(null, { outside: { processes: { run } } }), {})).rejects.toThrow(TypeError);
  });
});
