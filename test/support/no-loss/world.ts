import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { createFiles } from '../../../src/adapters/files/files.ts';
import { createHomeRepository } from '../../../src/adapters/git/home-repository.ts';
import { createTrustedStore, type GitStore } from '../../../src/adapters/git/trusted-store.ts';
import { createInProcessSpawner } from '../../../src/adapters/process/in-process-spawner.ts';
import { asCommitId } from '../../../src/base/ids.ts';
import { parseConfig } from '../../../src/domain/definitions/config.ts';
import { installationPaths } from '../../../src/domain/installation/paths.ts';
import { printComponents } from '../../../src/domain/instances/components.ts';
import { row } from '../../../src/domain/journal/kinds.ts';
import type { EngineContext } from '../../../src/engine/context.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { publishPoint, writePoint } from '../../../src/engine/restore/publish.ts';
import { stateOf } from '../../../src/engine/templates/comfyui/state.ts';
import type { HomeRepository } from '../../../src/ports/git.ts';
import { git, makeHome, searchPath } from '../../contract/git/support.ts';
import { nothingHappens, startEngine } from '../../fakes/fake-life.ts';
import type { FakeProcesses } from '../../fakes/fake-processes.ts';
import { configText, createWorld, installed, lockOf, type World } from '../../fakes/fake-world.ts';
import { createMemoryLedgers } from '../../fakes/memory-ledger.ts';

/** An engine over a real git home and a real store; only clock, service, Python and journal are in memory. */
export interface RealWorld {
  readonly dir: string;
  readonly homeDir: string;
  readonly storeDir: string;
  readonly engine: Engine;
  readonly processes: FakeProcesses;
  readonly store: GitStore;
  end(): Promise<void>;
}

/** Names the person and agents write to: few, so that the acts meet. */
export const trackedFiles = {
  '.gitignore': 'trees/*/\n.orchestrate/\n*.ignored\nsessions/\nlogs/\n',
  'orchestrate.yaml': configText(),
  'requirements.in': 'numpy\n',
  'requirements.lock': lockOf(installed),
  'components.lock': printComponents([
    { id: 'comfyui', path: '.', source: '/opt/ComfyUI', commit: null, tree: '0123456789'.repeat(4) },
  ]),
  'ops/alerts.yaml': 'rules: []\n',
  'docs/env-setup/notes.md': 'first\nsecond\nthird\n',
} as const;

interface Template {
  readonly dir: string;
  readonly world: World;
}
let template: Promise<Template> | undefined;

/** A home and a store are made once and copied: what is tried is what comes after. */
function findTemplate(): Promise<Template> {
  return (template ??= makeTemplate());
}

async function makeTemplate(): Promise<Template> {
  const shared = fs.existsSync('/dev/shm') ? '/dev/shm' : fs.realpathSync(os.tmpdir());
  const dir = fs.mkdtempSync(path.join(shared, 'orchestrate-loss-'));
  process.once('exit', () => fs.rmSync(dir, { recursive: true, force: true }));
  const homeDir = path.join(dir, 'template/home');
  makeHome(homeDir, trackedFiles);
  fs.rmSync(path.join(homeDir, '.git/hooks'), { recursive: true, force: true });
  git(homeDir, 'config', 'gc.auto', '0');
  const { store, spawner } = openStore(path.join(dir, 'template'));
  await store.create();
  await store.importCommit({
    gitDir: path.join(homeDir, '.git'),
    commit: asCommitId(git(homeDir, 'rev-parse', 'HEAD').trim()),
    name: 'branch',
  });
  await store.close();
  await spawner.close();
  return { dir, world: await createWorld() };
}

function openStore(dir: string) {
  const spawner = createInProcessSpawner();
  const store = createTrustedStore({
    gitDir: path.join(dir, 'state/orchestrate/demo/store.git'),
    scratchDir: path.join(dir, 'state/orchestrate/demo/scratch'),
    spawner,
    searchPath,
  });
  return { store, spawner };
}

let nWorlds = 0;

/** Returns a fresh world. `mutate` puts an implementation without a defence in the place of the real one. */
export async function openRealWorld(
  mutate: (home: HomeRepository, homeDir: string) => HomeRepository = (home) => home,
): Promise<RealWorld> {
  const { dir: base, world } = await findTemplate();
  const dir = path.join(base, `w${++nWorlds}`);
  fs.cpSync(path.join(base, 'template'), dir, { recursive: true, preserveTimestamps: true });
  const homeDir = path.join(dir, 'home');
  const { store, spawner } = openStore(dir);
  const home = mutate(createHomeRepository({ homeDir, store }), homeDir);
  const config = parseConfig({ file: 'orchestrate.yaml', text: configText(), origin: 'installation' });
  const paths = installationPaths(homeDir, path.join(dir, 'state'), config.id);
  const outside = { ...world.context.outside, files: createFiles() };
  world.processes.strangersInside.length = 0;
  const context: Omit<EngineContext, 'ledger'> = { ...world.context, paths, config, store, home, outside };
  const ledgers = createMemoryLedgers({ clock: world.clock });
  const real = { ...world, ledgers, context } as unknown as World;
  const { engine, kill } = await startEngine(real, { effects: nothingHappens });
  await adopt(engine);
  return {
    dir,
    homeDir,
    storeDir: paths.store,
    engine,
    processes: world.processes,
    store,
    async end() {
      await kill();
      await store.close();
      await spawner.close();
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Restore point 0, as `init` makes it. */
async function adopt(engine: Engine): Promise<void> {
  const state = await engine.home.inspect();
  if (state.kind !== 'ready') throw new Error(state.reason);
  const tree = await engine.store.treeOf(state.head);
  const manifest = {
    version: 1,
    number: 0,
    title: 'adopted',
    commit: state.head,
    tree,
    ...(await stateOf(engine, tree)),
    made: 'init',
    run: null,
    change: null,
    moves: [],
    journal: engine.ledger.head(),
  } as const;
  await publishPoint(engine, { point: await writePoint(engine, manifest, 0), known: null, run: null });
  const created = {
    id: 'demo',
    home: engine.paths.home,
    branchRef: state.branchRef,
    head: state.head,
    version: '0.1.0',
  };
  await engine.ledger.append([row('installation.created', created, { keys: ['installation'] })]);
}
