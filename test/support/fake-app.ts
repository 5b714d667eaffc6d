import type { App, Installation, Outside } from '../../src/app/app.ts';
import { Fault } from '../../src/base/fault.ts';
import { dataOf } from '../../src/domain/journal/kinds.ts';
import type { RequestKind, RequestKinds } from '../../src/domain/requests.ts';
import { printManifest } from '../../src/domain/restore/manifest.ts';
import { createSecretBook } from '../../src/domain/secrets/secret-book.ts';
import { createFakeAgentPrograms } from '../fakes/fake-agent-programs.ts';
import { createFakeWalls } from '../fakes/fake-walls.ts';
import type { SceneLedger } from './scene-ledger.ts';

export interface FakeAppOptions {
  /** What the supervisor does with a request; it may add rows. Returns the run, or throws the refusal. */
  readonly onAsk?: <Kind extends RequestKind>(kind: Kind, data: RequestKinds[Kind]) => string | null;
  /** Replaces parts of the outside or the installation. */
  readonly outside?: object;
  readonly installation?: object;
}

/** What was asked of the supervisor. */
export interface FakeApp extends App {
  readonly asked: { readonly kind: string; readonly data: unknown }[];
}

/** Returns an application over a hand-written journal: no engine, no disk, no processes. */
export function fakeApp(
  scene: SceneLedger | null,
  { onAsk = () => null, outside = {}, installation = {} }: FakeAppOptions = {},
): FakeApp {
  const asked: { kind: string; data: unknown }[] = [];
  const app: App = {
    narrate: () => {},
    signal: new AbortController().signal,
    cwd: '/home/anna/comfy-home',
    nodeVersion: '24.21.0',
    ownCommand: ['/usr/bin/node', '/app/bin/orchestrate.cjs'],
    outside: { ...fakeOutside(scene), ...outside } as unknown as Outside,
    installation: async () => {
      if (scene === null) throw new Fault('HOME_NOT_FOUND', '/home/anna is not inside an installation.');
      const whole = fakeInstallation(scene) as Record<'store' | 'home', object>;
      const given = installation as Partial<typeof whole>;
      const [store, home] = [
        { ...whole.store, ...given.store },
        { ...whole.home, ...given.home },
      ];
      return { ...whole, ...given, store, home } as unknown as Installation;
    },
    inspect: () => Promise.reject(new Error('the fake has no home')),
    create: () => Promise.reject(new Error('the fake makes no installation')),
    ask: async (kind, data) => {
      asked.push({ kind, data });
      return { kind: 'accepted', run: onAsk(kind, data), sentence: 'accepted' };
    },
    wake: async () => 'was there',
    async *follow(run) {
      for (const entry of scene?.entries ?? []) if (entry.run === run) yield entry;
    },
    forProgram: async () => app,
    supervise: () => Promise.reject(new Error('the fake supervises nothing')),
  };
  return { ...app, asked };
}

function fakeOutside(scene: SceneLedger | null): object {
  return {
    clock: {
      nowMs: () => scene?.nowMs() ?? 0,
      monotonicMs: () => 0,
      bootName: () => '',
      sleep: () => new Promise<never>(() => {}),
    },
    host: {
      platform: 'linux',
      arch: 'x64',
      pid: 1,
      userName: 'anna',
      timeZone: 'UTC',
      startedBy: null,
      sshAgent: null,
      session: {},
      stateHome: '/state',
      builtInDir: '/app',
      version: '0.1.0',
    },
    secrets: createSecretBook(),
    walls: createFakeWalls(),
    agentPrograms: createFakeAgentPrograms(),
    digest: { sha256: () => 'd'.repeat(64) },
    files: {
      info: async () => undefined,
      readText: async () => undefined,
      list: async () => [],
      freeBytes: async () => 61_000_000_000,
      readPart: async () => undefined,
      sizeBytes: async () => 0,
    },
    python: {
      inspect: async () => ({ kind: 'intact', manifestDigest: 'm', python: '/env/bin/python', sizeBytes: 1 }),
      recorded: async () => ({ manifestDigest: 'm', nFiles: 1, sizeBytes: 1 }),
    },
    ports: {
      holder: async (port: number) =>
        port === 8188
          ? { kind: 'held', owners: [{ pid: 4800, startTime: '123456', argv: ['python', 'main.py'] }] }
          : { kind: 'free' },
    },
    processes: {
      isAlive: async () => true,
      findMarked: async () => [],
      canBindReadOnly: async () => true,
      run: async ({ program }: { program: string }) => ({
        exitCode: 0,
        signal: null,
        stdout: program === 'git' ? 'git version 2.39.5\n' : '[[3, 11, 2], true, true, false]\n',
        stderr: '',
        timedOut: false,
        truncated: false,
        durationMs: 5,
      }),
    },
    service: {
      queue: async () => ({ running: 0, active: [], pending: [] }),
      ended: async () => ({ by: 'history', prompts: [] }),
      logTail: async () => [],
      facts: async () => ({
        comfyuiVersion: '0.3.64',
        pythonVersion: '3.11',
        pytorchVersion: '2.8.0',
        argv: [],
        deviceType: 'cpu',
        deviceName: 'cpu',
        devices: [],
      }),
    },
  };
}

/** A tag is where its row says, and its object is called like its ref. */
function tagOf(scene: SceneLedger, ref: string): { message: string; target: string } {
  const manifest = scene.entries
    .flatMap((entry) => dataOf('restore.created', entry) ?? [])
    .find(({ tag }) => ref === `refs/tags/${tag}`)?.manifest;
  return manifest === undefined
    ? { message: '', target: '' }
    : { message: printManifest(manifest), target: manifest.commit };
}

function fakeInstallation(scene: SceneLedger): object {
  const trees = ['env-setup', 'models-integ', 'ops-maint'].map((id, index) => ({
    id,
    title: `Looks after ${id}`,
    homePort: 8188 + index,
    slots: 2,
    scope: [`docs/${id}/**`],
    reviewers: ['ops-maint'],
    questions: [],
    channels: [],
    listens: [],
    checks: [],
    scale: null,
    file: `trees/${id}.yaml`,
  }));
  const home = '/home/anna/comfy-home';
  return {
    paths: {
      home,
      gitDir: `${home}/.git`,
      envs: `${home}/.orchestrate/envs`,
      wheels: `${home}/.orchestrate/wheels`,
      logs: `${home}/logs`,
      memory: `${home}/memory`,
      trees: `${home}/trees`,
      instances: `${home}/.orchestrate/instances`,
      trash: `${home}/.orchestrate/trash`,
      state: '/state/orchestrate/demo',
      store: '/state/orchestrate/demo/store.git',
      tools: '/state/orchestrate/demo/tools',
    },
    config: {
      id: 'demo',
      name: 'comfy-home',
      template: 'comfyui',
      program: null,
      service: { port: 8188, mode: 'managed' },
      ports: { first: 8191, last: 8199 },
      python: { program: null },
      policy: { autoMerge: [] },
      memory: { budgetBytes: 16_384 },
    },
    definitions: { agents: new Map(), playbooks: new Map(), trees: new Map(trees.map((tree) => [tree.id, tree])) },
    ledger: scene.ledger,
    bus: { counts: () => [] },
    memory: { verify: async () => [] },
    store: {
      readFile: async () => undefined,
      list: async () => [],
      treeOf: async () => 'b0b0b0b'.padEnd(40, '3'),
      differences: async () => [
        {
          path: 'requirements.lock',
          kind: 'changed',
          before: { mode: '100644', blob: 'a'.repeat(40) },
          after: { mode: '100644', blob: 'b'.repeat(40) },
        },
      ],
      blobFacts: async (blobs: readonly string[]) =>
        new Map(blobs.map((blob) => [blob, { sizeBytes: 1_200, isBinary: false }])),
      countLines: async () => new Map([['requirements.lock', { added: 1, removed: 1 }]]),
      patchPart: async () => ({
        text: 'diff --git a/requirements.lock b/requirements.lock\n--- a/requirements.lock\n+++ b/requirements.lock\n@@ -1 +1 @@\n-torch===2.8.0\n+torch===2.11.0\n',
        isEnd: true,
      }),
      verify: async () => [],
      findRef: async (ref: string) => ref,
      readTag: async (object: string) => tagOf(scene, object),
    },
    home: {
      findRef: async (ref: string) => ref,
      inspect: async () => ({
        kind: 'ready',
        gitDir: `${home}/.git`,
        branchRef: 'refs/heads/main',
        head: headOf(scene),
        objectFormat: 'sha1',
      }),
      dirtyPaths: async () => [],
      listSlots: async () => [{ name: 'env-setup', state: 'linked', head: '7c1e2a4'.padEnd(40, '0') }],
    },
  };
}

function headOf(scene: SceneLedger): unknown {
  const moved = scene.ledger.latest('branch')?.data['to'];
  return moved ?? scene.ledger.latest('installation')?.data['head'];
}
