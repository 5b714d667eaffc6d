import { createDigest } from '../../src/adapters/clock/digest.ts';
import { createPictures } from '../../src/adapters/comfyui/pictures.ts';
import { emptyTree } from '../../src/adapters/git/object-format.ts';
import { asGitTreeId, type CommitId, type GitTreeId } from '../../src/base/ids.ts';
import { parseConfig } from '../../src/domain/definitions/config.ts';
import type { Definitions, InstallationConfig, Playbook, Tree } from '../../src/domain/definitions/types.ts';
import { borrowedLock } from '../../src/domain/environments/borrowed.ts';
import { environmentId } from '../../src/domain/environments/environment-id.ts';
import { printLock } from '../../src/domain/environments/lock.ts';
import { installationPaths } from '../../src/domain/installation/paths.ts';
import { printComponents } from '../../src/domain/instances/components.ts';
import { row } from '../../src/domain/journal/kinds.ts';
import { createSecretBook } from '../../src/domain/secrets/secret-book.ts';
import { orchestrateAuthor } from '../../src/engine/changes/draft.ts';
import type { EngineContext } from '../../src/engine/context.ts';
import { recordBorrowed } from '../../src/engine/environments/named.ts';
import { publishPoint, writePoint } from '../../src/engine/restore/publish.ts';
import { stateOf } from '../../src/engine/templates/comfyui/state.ts';
import type { Log } from '../../src/ports/index.ts';
import { createFakeAccelerators, type FakeAccelerators } from './fake-accelerators.ts';
import { createFakeAgentPrograms, type FakeAgentPrograms } from './fake-agent-programs.ts';
import { createFakeAttemptSockets } from './fake-attempt-sockets.ts';
import { createFakeBundles } from './fake-bundles.ts';
import { createFakeBus } from './fake-bus.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { createFakeFiles, type FakeFiles } from './fake-files.ts';
import { createFakeHome, type FakeHome } from './fake-home.ts';
import { createFakeLanguageModels, type FakeLanguageModels } from './fake-language-models.ts';
import { createFakeLogFiles } from './fake-log-files.ts';
import { createFakeMachine } from './fake-machine.ts';
import { createFakeMemory } from './fake-memory.ts';
import { createFakeMetrics } from './fake-metrics.ts';
import { createFakeNotifier } from './fake-notifier.ts';
import { createFakePorts, type FakePorts } from './fake-ports.ts';
import { createFakeProcesses, type FakeProcesses } from './fake-processes.ts';
import { createFakePython, fakeLocked, type FakePython, fakePythonFacts, fakeSurvey } from './fake-python.ts';
import { createFakeRandom } from './fake-random.ts';
import { createFakeReadiness } from './fake-readiness.ts';
import { createFakeRemotes, type FakeRemotes } from './fake-remotes.ts';
import { createFakeService, type FakeService } from './fake-service.ts';
import { createFakeSignatures } from './fake-signatures.ts';
import { createFakeSources, type FakeSources } from './fake-sources.ts';
import { createFakeStore, type FakeStore } from './fake-store.ts';
import { createFakeSwarmUi, type FakeSwarmUi } from './fake-swarm-ui.ts';
import { createFakeTranscripts, type FakeTranscripts } from './fake-transcripts.ts';
import { createFakeUsage } from './fake-usage.ts';
import { createFakeWalls, type FakeWalls } from './fake-walls.ts';
import { createFakeWork, type FakeWork } from './fake-work.ts';
import { createMemoryLedgers, type MemoryLedgers } from './memory-ledger.ts';

export const homeDir = '/home/anna/comfy-home';
export const anna = { kind: 'person', name: 'anna' } as const;
export const digest = createDigest();

/** An installation and the machine around it, in memory: what outlives a process of ours. */
export interface World {
  readonly machine: ReturnType<typeof createFakeMachine>;
  readonly clock: FakeClock;
  readonly files: FakeFiles;
  readonly store: FakeStore;
  readonly sources: FakeSources;
  readonly home: FakeHome;
  readonly work: FakeWork;
  readonly remotes: FakeRemotes;
  readonly python: FakePython;
  readonly accelerators: FakeAccelerators;
  readonly processes: FakeProcesses;
  readonly ports: FakePorts;
  readonly service: FakeService;
  readonly swarm: FakeSwarmUi;
  readonly models: FakeLanguageModels;
  readonly agentPrograms: FakeAgentPrograms;
  readonly transcripts: FakeTranscripts;
  readonly walls: FakeWalls;
  readonly ledgers: MemoryLedgers;
  readonly context: Omit<EngineContext, 'ledger'>;
  /** The commit that adopted the installation; restore point 0 names it. */
  readonly first: CommitId;
}

export interface WorldOptions {
  /** Text after the sections of `configText`. */
  readonly config?: string;
  /** Lines of the section `service` that say who starts production. */
  readonly service?: readonly string[];
  readonly workflows?: Readonly<Record<string, string>>;
  /** Pictures that workflows begin with, by their name in `workflows/inputs/`. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly requirements?: string;
  readonly packages?: Readonly<Record<string, string>>;
  readonly index?: FakePython['index'];
  /** Interpreter of an environment that was found with these packages: nothing was built. */
  readonly borrowed?: string;
  /** `requirements.txt` of ComfyUI. */
  readonly core?: string;
  /** Node packs by id, each with its `requirements.txt`. */
  readonly packs?: Readonly<Record<string, string>>;
}

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

export const configText = (
  extra = '',
  mode: readonly string[] = ['mode: managed', 'watch-time: 200ms'],
): string => `id: demo
name: comfy-home
service:
  ${mode.join('\n  ')}
  port: 8188
  start-time: 10s
python: { index: /wheels, modules: [numpy] }
${extra}`;

/** Returns the text of a lock with these packages. */
export const lockOf = (packages: Readonly<Record<string, string>>): string => {
  const { abi, platform } = fakePythonFacts;
  return printLock({
    abi,
    platform,
    packages: Object.entries(packages).map(([name, version]) => fakeLocked(name, version)),
  });
};

/** Returns the text of a lock that borrows an environment with these packages. */
export const borrowedLockOf = (python: string, packages: Readonly<Record<string, string>>): string =>
  borrowedLock({ python, ...fakeSurvey('', packages) }).lockText;

export const installed = { numpy: '2.0.0', pillow: '11.0.0', torch: '2.8.0' } as const;
export const offered: FakePython['index'] = {
  numpy: { '2.0.0': {}, '2.1.0': {} },
  pillow: { '11.0.0': {} },
  torch: { '2.8.0': { needs: ['numpy>=2'] } },
};

/** Returns a tree with two slots that asks nothing, and what is given. */
export function tree(given: Partial<Tree> & { id: string }): Tree {
  const { id } = given;
  return {
    title: id,
    homePort: 8189,
    slots: 2,
    scope: [],
    reviewers: [],
    questions: [],
    channels: [],
    listens: [],
    checks: [],
    scale: null,
    file: `trees/${id}.yaml`,
    ...given,
  } as Tree;
}

const trees: readonly Tree[] = [
  tree({
    id: 'env-setup',
    homePort: 8188,
    scope: ['requirements.in', 'requirements.lock', 'components.lock', 'docs/env-setup/**'],
    reviewers: ['models-integ', 'ops-maint'],
    questions: ['lock-matches-requirements', 'imports-pass'],
  }),
  tree({
    id: 'models-integ',
    homePort: 8189,
    scope: ['extra_model_paths.yaml', 'docs/models-integ/**'],
    reviewers: ['env-setup', 'ops-maint'],
    questions: ['node-classes-kept', 'model-paths-untouched', 'custom-nodes-import', 'workflows-ran'],
  }),
  tree({
    id: 'ops-maint',
    homePort: 8190,
    scope: ['ops/**', 'docs/ops-maint/**'],
    reviewers: ['env-setup', 'models-integ'],
    questions: ['restore-point-exists', 'undo-works-offline', 'disk-space-left', 'start-time-kept', 'ports-untouched'],
  }),
];

const step = (id: string, action: string, needs: readonly string[]): Playbook['steps'][number] => ({
  id,
  title: id,
  action,
  agent: 'environment-specialist',
  needs,
  with: {},
  timeoutMs: 600_000,
  retries: 1,
  waitsFor: [],
  waitAtMostMs: 86_400_000,
});

export const upgrade: Playbook = {
  on: [],
  id: 'upgrade-package',
  title: 'Upgrade one Python package',
  description: 'Moves one package.',
  triggers: ['upgrade {package}'],
  inputs: {
    package: { description: 'The package', default: null },
    family: { description: 'Others', default: '' },
    version: { description: 'Version', default: '' },
  },
  tree: 'env-setup',
  trees: [],
  plan: 'env.choose',
  risk: 'medium',
  steps: [
    step('record', 'env.record', []),
    step('lock', 'env.lock', ['record']),
    step('build', 'env.build', ['lock']),
    step('imports', 'env.verify', ['build']),
    step('boot', 'instance.boot', ['imports']),
    step('smoke', 'instance.smoke', ['boot']),
  ],
  file: 'playbooks/upgrade-package.yaml',
};

export const definitions: Definitions = {
  agents: new Map(),
  trees: new Map(trees.map((one) => [one.id, one])),
  playbooks: new Map([[upgrade.id, upgrade]]),
};

export const host = {
  platform: 'linux',
  arch: 'x64',
  pid: 4711,
  userName: 'anna',
  timeZone: 'UTC',
  startedBy: null,
  sshAgent: null,
  searchPath: ['/usr/bin'],
  session: { HOME: '/home/anna' },
  stateHome: '/state',
  configHome: '/home/anna/.config',
  homeDir: '/home/anna',
  cacheHome: '/home/anna/.cache',
  builtInDir: '/app',
  tempDir: '/tmp',
  version: '0.1.0',
  availableMemoryBytes: () => 16_000_000_000,
} as const;

/** Returns an adopted installation: one commit, restore point 0 at it, its environment built. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const clock = createFakeClock();
  const files = createFakeFiles();
  const store = createFakeStore(files);
  const sources = createFakeSources(store);
  const home = createFakeHome({ homeDir, files, store });
  const work = createFakeWork(home, store, homeDir);
  const remotes = createFakeRemotes();
  const python = createFakePython(files, structuredClone(options.index ?? offered));
  const accelerators = createFakeAccelerators();
  const processes = createFakeProcesses();
  const ports = createFakePorts();
  const service = createFakeService({ processes, ports, files });
  const ledgers = createMemoryLedgers({ clock });
  const text = configText(options.config, options.service);
  const config: InstallationConfig = parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' });
  const edits = await declarationFiles(store, { text, ...options });
  const first = await store.commit({
    tree: await store.editTree(asGitTreeId(emptyTree), edits),
    parents: [],
    message: 'adopt\n',
    author: orchestrateAuthor,
    atSeconds: 0,
  });
  home.objects.take(store.objects, first);
  home.refs.set(home.branchRef, first);
  for (const [path, data] of edits) files.put(`${homeDir}/${path}`, data);

  const paths = installationPaths(homeDir, '/state', config.id);
  const machine = createFakeMachine();
  const swarm = createFakeSwarmUi();
  const models = createFakeLanguageModels(clock);
  const walls = createFakeWalls();
  const agentPrograms = createFakeAgentPrograms();
  const outside = {
    clock,
    random: createFakeRandom(),
    digest,
    files,
    processes,
    ports: service.ports,
    python,
    accelerators,
    attemptSockets: createFakeAttemptSockets(),
    service,
    readiness: createFakeReadiness({ processes }),
    pictures: createPictures(files),
    bundles: createFakeBundles(files),
    signatures: createFakeSignatures(),
    log: silentLog,
    secrets: createSecretBook(),
    host,
    machine,
    logFiles: createFakeLogFiles(files),
    notifier: createFakeNotifier(),
    agentPrograms,
    swarm,
    models,
    walls,
  };
  const bus = createFakeBus({ ledgers });
  const memory = createFakeMemory({ clock });
  const transcripts = createFakeTranscripts({ clock, redact: outside.secrets.data });
  const [metrics, usage] = [createFakeMetrics(), createFakeUsage()];
  const installation = {
    paths,
    config,
    definitions,
    store,
    sources,
    home,
    work,
    remotes,
    bus,
    memory,
    metrics,
    usage,
    transcripts,
  };
  const context = { ...installation, outside };
  const world: World = {
    ...{ clock, files, store, sources, home, work, remotes, python, accelerators, processes, ports, service, ledgers },
    ...{ context, first, machine, swarm, models, transcripts, walls, agentPrograms },
  };
  await adoptWorld(world, options);
  return world;
}

async function declarationFiles(
  store: FakeStore,
  options: WorldOptions & { text: string },
): Promise<ReadonlyMap<string, string>> {
  const { text, requirements, packages, workflows, core, packs } = options;
  const program = await componentTree(store, { 'main.py': 'print()\n', 'requirements.txt': core });
  const components = [{ id: 'comfyui', path: '.', source: '/opt/ComfyUI', commit: null, tree: program }];
  for (const [id, asked] of Object.entries(packs ?? {})) {
    const files = await componentTree(store, { '__init__.py': `# ${id}\n`, 'requirements.txt': asked });
    const path = `custom_nodes/${id}`;
    components.push({ id, path, source: `/opt/ComfyUI/${path}`, commit: null, tree: files });
  }
  return new Map([
    ['orchestrate.yaml', text],
    ['requirements.in', requirements ?? '# What the environment must hold.\nnumpy\npillow\ntorch==2.8.0\n'],
    [
      'requirements.lock',
      options.borrowed === undefined
        ? lockOf(packages ?? installed)
        : borrowedLockOf(options.borrowed, packages ?? installed),
    ],
    ['components.lock', printComponents(components)],
    ['extra_model_paths.yaml', '# Where models live.\n'],
    ...Object.entries(workflows ?? { portrait: '{"1": {"class_type": "KSampler", "inputs": {}}}' }).map(
      ([name, graph]) => [`workflows/${name}.json`, graph] as const,
    ),
    ...Object.entries(options.inputs ?? {}).map(([name, bytes]) => [`workflows/inputs/${name}`, bytes] as const),
  ]);
}

async function componentTree(
  store: FakeStore,
  texts: Readonly<Record<string, string | undefined>>,
): Promise<GitTreeId> {
  const files = Object.entries(texts).flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const]));
  const tree = await store.editTree(asGitTreeId(emptyTree), new Map(files));
  await adoptComponent(store, tree);
  return tree;
}

/** Names the tree as `init` does: only what has such a ref may be composed. */
export async function adoptComponent(store: FakeStore, tree: GitTreeId): Promise<void> {
  const commit = await store.commit({
    tree,
    parents: [],
    message: 'component\n',
    author: orchestrateAuthor,
    atSeconds: 0,
  });
  await store.updateRefs([{ ref: `refs/orchestrate/components/${tree}`, from: null, to: commit }]);
}

async function adoptWorld(world: World, options: WorldOptions): Promise<void> {
  const { packages = installed, borrowed } = options;
  const { first, files } = world;
  const { paths } = world.context;
  const ledger = world.ledgers.open();
  const held = await ledger.acquire();
  const opened: EngineContext = { ...world.context, ledger };
  const declared = await world.store.treeOf(first);
  if (borrowed === undefined) await buildWorldEnvironment(world, packages);
  else {
    const survey = fakeSurvey(borrowed.replace(/\/bin\/.*/, ''), packages);
    files.put(borrowed, 'python');
    world.python.surveys.set(borrowed, survey);
    await recordBorrowed(opened, { lockText: borrowedLockOf(borrowed, packages), survey });
  }
  for (const dir of [paths.instances, paths.sessions, paths.logs, paths.trees]) await files.ensureDir(dir);
  const state = await stateOf(opened, declared);
  const manifest = {
    version: 1,
    number: 0,
    title: 'adopted',
    commit: first,
    tree: declared,
    ...state,
    made: 'init',
    run: null,
    change: null,
    moves: [],
    journal: ledger.head(),
  } as const;
  await publishPoint(opened, { point: await writePoint(opened, manifest, 0), known: null, run: null });
  world.home.moves.length = 0;
  const created = { id: 'demo', home: homeDir, branchRef: world.home.branchRef, head: first, version: '0.1.0' };
  await ledger.append([
    row(
      'fingerprint.accepted',
      { items: { ...world.home.items }, by: { kind: 'program', name: 'init' } },
      { keys: ['fingerprint'] },
    ),
    row('installation.created', created, { keys: ['installation'] }),
  ]);
  await held?.release();
  await ledger.close();
}

/** Builds the environment of a lock with these packages, as a finished run would leave it. Returns its folder. */
export async function buildWorldEnvironment(world: World, packages: Readonly<Record<string, string>>): Promise<string> {
  const { paths, outside } = world.context;
  const lockText = lockOf(packages);
  const id = environmentId({ lockText, python: fakePythonFacts, accelerator: 'any', installer: 'pip' }, (text) =>
    outside.digest.sha256(text),
  );
  const dir = `${paths.envs}/${id}`;
  await world.python.build({
    id,
    dir,
    lockText,
    packages: Object.entries(packages).map(([name, version]) => fakeLocked(name, version)),
    wheelsDir: paths.wheels,
    mark: 'init',
    index: { kind: 'folder', path: '/wheels' },
    python: fakePythonFacts,
    toolsDir: paths.tools,
  });
  world.python.built.length = 0;
  return dir;
}
