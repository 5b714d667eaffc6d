import { describe, expect, it } from 'vitest';

import { doctor } from '../../../src/app/operations/doctor.ts';
import { Fault } from '../../../src/base/fault.ts';
import { parseConfig } from '../../../src/domain/definitions/config.ts';
import type { InstallationConfig } from '../../../src/domain/definitions/types.ts';
import type { RequestKinds } from '../../../src/domain/requests.ts';
import { createFakeAgentPrograms } from '../../fakes/fake-agent-programs.ts';
import { createFakeWalls } from '../../fakes/fake-walls.ts';
import { fakeApp, type FakeAppOptions } from '../../support/fake-app.ts';
import { installedScene, waitingScene } from '../../support/journal-scene.ts';
import type { SceneLedger } from '../../support/scene-ledger.ts';

const looking = { fix: false, deep: false, dryRun: false, yes: false, plan: null };

async function failing(
  options: FakeAppOptions & { nodeVersion?: string },
  scene: SceneLedger | null = installedScene(),
): Promise<readonly string[]> {
  const app = {
    ...fakeApp(scene, options),
    ...(options.nodeVersion === undefined ? {} : { nodeVersion: options.nodeVersion }),
  };
  const { ok, checks } = await doctor.run(app, looking);
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
  processes: { ...quiet, run: async ({ program }: { program: string }) => result(program === 'git' ? git : python) },
});
/** Every process of ours is alive and awaited. */
const quiet = { isAlive: async () => true, findMarked: async () => [], canBindReadOnly: async () => true };
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

  it('shows the level of the wall with its proof, what a broken one lets through, and that a missing one is no fault', async () => {
    const wall = async (outside: object) =>
      (await doctor.run(fakeApp(installedScene(), { outside }), looking)).checks.find(({ id }) => id === 'wall');
    const [verified, leaking, absent] = [createFakeWalls(), createFakeWalls(), createFakeWalls()];
    const acts = (await verified.probe()).acts.map((one) => ({
      ...one,
      held: one.act !== 'connect-out',
      seen: 'connected',
    }));
    leaking.probe = async () => ({ level: 'L0', acts, by: 'bubblewrap 0.8.0 at /usr/bin/bwrap' });
    absent.probe = async () => ({ level: 'L0', acts: [], by: 'bubblewrap is not installed' });
    expect(await wall({ walls: verified })).toMatchObject({
      ok: true,
      fact: expect.stringMatching(/^L2 verified 8\/8, bubblewrap 0\.8\.0 at \/usr\/bin\/bwrap: write-outside EROFS; /),
    });
    expect(await wall({ walls: leaking })).toMatchObject({
      ok: false,
      fact: expect.stringMatching(/^L0 7\/8, .*: a program inside could connect to the network \(connected\); /),
    });
    expect(await wall({ walls: absent })).toMatchObject({ ok: true, hint: 'apt-get install bubblewrap' });
  });

  it('tells programs of agents, who pays for them, and that none has to be there', async () => {
    const agentPrograms = createFakeAgentPrograms();
    agentPrograms.put({ runner: 'claude-code', program: '/opt/claude', version: '2.1.197', login: 'subscription' });
    agentPrograms.put({ runner: 'codex', program: '/opt/codex', version: null, login: 'none' });
    const { checks } = await doctor.run(fakeApp(installedScene(), { outside: { agentPrograms } }), looking);
    expect(checks.filter(({ id }) => ['claude', 'codex', 'opencode'].includes(id))).toEqual([
      { id: 'claude', ok: true, fact: 'subscription (2.1.197, /opt/claude)', hint: null },
      {
        id: 'codex',
        ok: true,
        fact: 'not logged in (of a version that it does not tell, /opt/codex)',
        hint: 'codex login',
      },
      { id: 'opencode', ok: true, fact: 'not on PATH: no agent can work with it', hint: null },
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
    expect(await failing({ outside: { processes: { ...quiet, run } } })).toEqual([
      'git: git is not on the PATH → install git 2.39 or newer',
      'python: python3 cannot be run → install Python 3.10 or newer, or set python.program in orchestrate.yaml',
    ]);
  });

  it('names a broken definition with its place', async () => {
    const app = fakeApp(installedScene());
    const broken = new Fault('DEFINITION_INVALID', 'The field home-port has to be a number.', {
      at: { file: 'trees/env-setup.yaml', line: 3, column: 12 },
    });
    const { checks } = await doctor.run({ ...app, installation: () => Promise.reject(broken) }, looking);
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
          list: async () => [],
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
      'locks: a git that is gone left /home/anna/comfy-home/.git/index.lock → orchestrate doctor --fix',
      'home: HOME_DETACHED: HEAD names a commit.',
    ]);
  });

  it('tells a strange holder of a port and leaves it alone', async () => {
    const holder = async (port: number) =>
      port === 8189
        ? { kind: 'held', owners: [{ pid: 7, startTime: '1', argv: ['node', 'other.js'] }] }
        : { kind: 'free' };
    const { ok, checks } = await doctor.run(fakeApp(waitingScene(), { outside: { ports: { holder } } }), looking);
    expect(ok).toBe(true);
    expect(checks.find(({ id }) => id === 'port 8189')).toEqual({
      id: 'port 8189',
      ok: true,
      fact: 'held by pid 7 (node other.js)',
      hint: 'slots get the next free port; it is left alone',
    });
  });

  it('lists each disagreement with what says so and what repairs it, and failed checks beside', async () => {
    const scene = installedScene();
    const outside = { processes: { ...quiet, isAlive: async () => false, run: async () => result(goodGit) } };
    const memory = {
      verify: async () => [
        {
          path: 'index',
          kind: 'index-stale',
          sentence: 'The index is older than 2 entries.',
          line: null,
          column: null,
        },
        { path: 'swarm/x.json', kind: 'malformed', sentence: 'It is no JSON.', line: 3, column: 7 },
      ],
    };
    const bus = { counts: () => [{ mailbox: 'tree:ops-maint', state: 'dead', n: 2 }] };
    const { findings, state, hash } = await doctor.run(
      fakeApp(scene, { outside, installation: { memory, bus } }),
      looking,
    );
    expect(state).toBe('looked');
    expect(hash).toMatch(/^d+$/);
    expect(findings.map(({ id, severity, repair }) => `${severity} ${id}: ${repair.kind}`)).toEqual([
      'error check:python: by-hand',
      'error instance-gone:i1: safe',
      'warning memory-index-stale:index: safe',
      'warning memory-malformed:swarm/x.json: by-hand',
      'warning bus-dead:tree:ops-maint: by-hand',
    ]);
    expect(findings.find(({ id }) => id === 'memory-malformed:swarm/x.json')?.evidence).toEqual(['swarm/x.json:3:7']);
  });

  it('shows the safe repairs first, and hands exactly those to the supervisor', async () => {
    const scene = installedScene();
    const outside = { processes: { ...quiet, isAlive: async () => false, run: async () => result(goodGit) } };
    const app = fakeApp(scene, {
      outside,
      onAsk: (kind, data) => {
        if (kind !== 'doctor.fix') return null;
        const { repairs, hash, by } = data as RequestKinds['doctor.fix'];
        const fixed = repairs.map(({ id }) => ({ id, outcome: 'repaired' as const, sentence: 'wrote it down' }));
        scene.add('doctor.fixed', { hash, by, repairs: fixed }, { keys: ['doctor'] });
        return null;
      },
    });
    const planned = await doctor.run(app, { ...looking, fix: true });
    expect([planned.state, planned.repairs, app.asked]).toEqual(['planned', [], []]);
    const done = await doctor.run(app, { ...looking, fix: true, yes: true, plan: planned.hash });
    expect(app.asked).toMatchObject([{ kind: 'doctor.fix', data: { hash: planned.hash, by: { name: 'anna' } } }]);
    expect(done).toMatchObject({ state: 'fixed', repairs: [{ id: 'instance-gone:i1', outcome: 'repaired' }] });
    await expect(doctor.run(app, { ...looking, fix: true, plan: 'abcdef' })).rejects.toMatchObject({
      code: 'PLAN_MOVED',
    });
  });

  it('names what is missing of a provider, and sends nothing', async () => {
    const compute = (text: string) =>
      parseConfig({
        file: 'orchestrate.yaml',
        text: `id: demo\nname: home\nservice: { mode: none }\ncompute: ${text}\n`,
        origin: 'installation',
      });
    const keys = new Set(['anthropic', 'bigmodel', 'ollama']);
    const look = async (config: InstallationConfig) => {
      const outside = {
        ...programs(goodGit, goodPython),
        models: { hasKey: async ({ id }: { id: string }) => keys.has(id) },
      };
      const { checks } = await doctor.run(fakeApp(installedScene(), { outside, installation: { config } }), looking);
      return checks
        .filter(({ id }) => id.startsWith('provider'))
        .map(({ id, ok, fact, hint }) => `${ok ? 'ok' : 'bad'} ${id}: ${fact}${hint === null ? '' : ` → ${hint}`}`);
    };
    const own = '{ models: [{ id: qwen3, context: 32768, output: 4096 }], free: true }';
    expect(await look(compute(`{ providers: { anthropic: {}, zai: {}, bigmodel: {}, ollama: ${own} } }`)))
      .toMatchInlineSnapshot(`
        [
          "ok provider anthropic: anthropic at https://api.anthropic.com; its key is in the variable ANTHROPIC_API_KEY here; 8 models, 8 with a price (as of 2026-10-24)",
          "bad provider zai: openai-chat at https://api.z.ai/api/paas/v4; its key is not in the variable ZAI_API_KEY here → export ZAI_API_KEY=…, or name a file of mode 0600 as compute.providers.zai.key",
          "bad provider bigmodel: openai-chat at https://open.bigmodel.cn/api/paas/v4; its key is in the variable BIGMODEL_API_KEY here; 6 models, 0 with a price: none is asked while nobody says what it costs → write prices, or free: true, for them under compute.providers.bigmodel in orchestrate.yaml",
          "ok provider ollama: openai-chat at http://127.0.0.1:11434/v1; it needs no key; 1 model, 1 with a price; nobody listens there → start it",
        ]
      `);
    expect(await look(compute('{ providers: { glm: { like: zai, key: /home/anna/.glm } } }'))).toMatchInlineSnapshot(`
      [
        "bad provider glm: openai-chat at https://api.z.ai/api/paas/v4; its key is not in /home/anna/.glm, or others can read it → write it into /home/anna/.glm, and chmod 600 /home/anna/.glm",
      ]
    `);
    expect(await look(compute('{ providers: { bigmodel: {} }, unknown-prices: take }'))).toMatchInlineSnapshot(`
      [
        "ok provider bigmodel: openai-chat at https://open.bigmodel.cn/api/paas/v4; its key is in the variable BIGMODEL_API_KEY here; 6 models, 0 with a price",
      ]
    `);
    expect(await look(compute('{}'))).toEqual([
      'ok providers: none is configured: no language model is asked, and no key or account is needed',
    ]);
  });

  it('passes a bug on', async () => {
    const run = async (): Promise<never> => {
      throw new TypeError('x is not a function');
    };
    await expect(doctor.run(fakeApp(null, { outside: { processes: { run } } }), looking)).rejects.toThrow(TypeError);
  });
});
