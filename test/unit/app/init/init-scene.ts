import { createPictures } from '../../../../src/adapters/comfyui/pictures.ts';
import type { App } from '../../../../src/app/app.ts';
import { adopt } from '../../../../src/app/init/adopt.ts';
import { type InitOptions, planInit } from '../../../../src/app/init/plan-init.ts';
import type { InitReport } from '../../../../src/app/init/report.ts';
import { installationPaths } from '../../../../src/domain/installation/paths.ts';
import { createSecretBook } from '../../../../src/domain/secrets/secret-book.ts';
import { createFakeAccelerators } from '../../../fakes/fake-accelerators.ts';
import { createFakeAgentPrograms } from '../../../fakes/fake-agent-programs.ts';
import { createFakeAttemptSockets } from '../../../fakes/fake-attempt-sockets.ts';
import { createFakeBundles } from '../../../fakes/fake-bundles.ts';
import { createFakeClock } from '../../../fakes/fake-clock.ts';
import { createFakeFiles, type FakeFiles } from '../../../fakes/fake-files.ts';
import { createFakeHome, type FakeHome } from '../../../fakes/fake-home.ts';
import { createFakeLanguageModels } from '../../../fakes/fake-language-models.ts';
import { createFakeLogFiles } from '../../../fakes/fake-log-files.ts';
import { createFakeMachine } from '../../../fakes/fake-machine.ts';
import { createFakeMetrics } from '../../../fakes/fake-metrics.ts';
import { createFakeNotifier } from '../../../fakes/fake-notifier.ts';
import { createFakePorts } from '../../../fakes/fake-ports.ts';
import { createFakeProcesses } from '../../../fakes/fake-processes.ts';
import { createFakePython, type FakePython } from '../../../fakes/fake-python.ts';
import { createFakeRandom } from '../../../fakes/fake-random.ts';
import { createFakeReadiness } from '../../../fakes/fake-readiness.ts';
import { createFakeRemotes } from '../../../fakes/fake-remotes.ts';
import { createFakeService } from '../../../fakes/fake-service.ts';
import { createFakeSignatures } from '../../../fakes/fake-signatures.ts';
import { createFakeSources } from '../../../fakes/fake-sources.ts';
import { createFakeStore, type FakeStore } from '../../../fakes/fake-store.ts';
import { createFakeSwarmUi } from '../../../fakes/fake-swarm-ui.ts';
import { createFakeUsage } from '../../../fakes/fake-usage.ts';
import { createFakeWalls } from '../../../fakes/fake-walls.ts';
import { createFakeWork } from '../../../fakes/fake-work.ts';
import { digest, host, offered, silentLog } from '../../../fakes/fake-world.ts';
import { createMemoryLedgers, type MemoryLedger } from '../../../fakes/memory-ledger.ts';

export const comfyui = '/opt/ComfyUI';
export const head = 'c'.repeat(40);
export const options: InitOptions = {
  dir: '/home/anna/home',
  comfyui,
  environment: null,
  running: null,
  fresh: false,
  service: null,
  index: '/wheels',
  require: [],
  workflow: [],
  untested: true,
  port: 8188,
  branch: 'main',
  python: null,
  cpu: true,
};

/** A machine with a ComfyUI folder and nothing of ours. */
export interface Machine {
  readonly files: FakeFiles;
  readonly python: FakePython;
  readonly store: FakeStore;
  readonly home: FakeHome;
  readonly app: App;
  /** Ids that an installation was made with, in order. */
  readonly created: string[];
  readonly ledger: () => MemoryLedger;
}

/** Makes one; `given` are more files by their path. */
export function machine(given: Readonly<Record<string, string>> = {}): Machine {
  const clock = createFakeClock();
  const files = createFakeFiles();
  const texts = {
    [`${comfyui}/main.py`]: 'print()\n',
    [`${comfyui}/requirements.txt`]: 'torch==2.8.0  # theirs\nnumpy\n',
    [`${comfyui}/models/checkpoints/big.safetensors`]: 'weights',
    [`${comfyui}/.git/HEAD`]: 'ref: refs/heads/master\n',
    [`${comfyui}/.git/refs/heads/master`]: `${head}\n`,
    [`${comfyui}/.git/config`]:
      '[remote "origin"]\n\turl = https://anna:se@cret@github.com/comfyanonymous/ComfyUI.git\n',
    ...given,
  };
  for (const [path, text] of Object.entries(texts)) files.put(path, text);
  const store = createFakeStore(files);
  const python = createFakePython(files, structuredClone(offered));
  const processes = createFakeProcesses();
  const service = createFakeService({ processes, ports: createFakePorts(), files });
  const ledgers = createMemoryLedgers({ clock });
  const home = createFakeHome({ homeDir: options.dir, files, store });
  const created: string[] = [];
  const app: App = {
    wake: async () => 'was there',
    forProgram: () => Promise.reject(new Error('no program asks here')),
    outside: {
      clock,
      random: createFakeRandom(),
      digest,
      files,
      processes,
      ports: service.ports,
      python,
      accelerators: createFakeAccelerators(),
      attemptSockets: createFakeAttemptSockets(),
      service,
      readiness: createFakeReadiness({ processes }),
      pictures: createPictures(files),
      bundles: createFakeBundles(files),
      signatures: createFakeSignatures(),
      log: silentLog,
      secrets: createSecretBook(),
      host,
      machine: createFakeMachine(),
      logFiles: createFakeLogFiles(files),
      notifier: createFakeNotifier(),
      agentPrograms: createFakeAgentPrograms(),
      swarm: createFakeSwarmUi(),
      models: createFakeLanguageModels(clock),
      walls: createFakeWalls(),
    },
    cwd: '/home/anna',
    signal: new AbortController().signal,
    nodeVersion: '24.0.0',
    ownCommand: ['/usr/bin/node', '/app/bin/orchestrate.cjs'],
    installation: () => Promise.reject(new Error('there is none yet')),
    inspect: () => home.inspect(),
    async create({ homeDir, id, template }) {
      created.push(id);
      const paths = installationPaths(homeDir, '/state', id, template);
      await files.ensureDir(paths.state);
      const work = createFakeWork(home, store, homeDir);
      return {
        store,
        home,
        sources: createFakeSources(store),
        work,
        remotes: createFakeRemotes(),
        bus: {} as never,
        memory: {} as never,
        transcripts: {} as never,
        metrics: createFakeMetrics(),
        usage: createFakeUsage(),
        ledger: ledgers.open(),
        paths,
      };
    },
    narrate: () => {},
    ask: () => Promise.reject(new Error('nobody is asked')),
    follow: () => {
      throw new Error('nothing to follow');
    },
    supervise: () => Promise.reject(new Error('nothing to supervise')),
  };
  return { files, python, store, home, app, created, ledger: () => ledgers.open() };
}

/** Plans and carries out. */
export const init = async ({ app }: Machine, more: Partial<InitOptions> = {}): Promise<InitReport> =>
  adopt(app, await planInit(app, { ...options, ...more }));

/** Everything below a folder, with its text. */
export async function textsBelow(files: FakeFiles, dir: string): Promise<Readonly<Record<string, string>>> {
  const { lines } = await files.manifest(dir);
  const names = lines.map((line) => line.replace(/^\S+ \S+ /, ''));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await files.readText(`${dir}/${name}`)) ?? ''])),
  );
}
