import type { CommitId, GitTreeId } from '../../../../src/base/ids.ts';
import { parseConfig } from '../../../../src/domain/definitions/config.ts';
import { installationPaths } from '../../../../src/domain/installation/paths.ts';
import { dataOf, type JournalKind, type JournalKinds, row } from '../../../../src/domain/journal/kinds.ts';
import type { Plan } from '../../../../src/domain/plans/plan.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import type { ExactProof } from '../../../../src/engine/templates/template.ts';
import { type Life, startEngine } from '../../../fakes/fake-life.ts';
import type { FakeService } from '../../../fakes/fake-processes.ts';
import type { FakeProgramBoot } from '../../../fakes/fake-readiness.ts';
import type { FakeReadiness } from '../../../fakes/fake-readiness.ts';
import { anna, createWorld, homeDir, tree, type World } from '../../../fakes/fake-world.ts';
import { workPlan } from '../changes/change-scene.ts';

export const serviceConfig = (extra = ''): string => `id: demo
name: shop
template: service
service: { mode: managed, port: 8188, start-time: 10s }
program:
  start: [python3, server.py, --port, '{port}']
  ready: http://127.0.0.1:{port}/health
  checks: [[check, --fast]]
${extra}`;

export interface ServiceScene {
  readonly world: World;
  readonly engine: Engine;
  readonly base: CommitId;
  /** Names of commands that end badly. */
  readonly failing: Set<string>;
  /** How each start turns out. */
  boot(how: (started: FakeService) => FakeProgramBoot): void;
  /** The tree of the branch with these files in place. */
  edited(files: Readonly<Record<string, string | null>>, from?: CommitId): Promise<GitTreeId>;
  /** Proves a tree while the world's time passes. */
  prove(exact: GitTreeId, options?: { run?: string; base?: CommitId }): Promise<ExactProof>;
  /** A way back: run `r2` with such a plan. */
  addRestore(): Promise<void>;
  rows<Kind extends JournalKind>(kind: Kind): readonly JournalKinds[Kind][];
  restart(): Promise<void>;
}

const never = new AbortController().signal;

/** A repository with a service, an open run `r1` of work, and programs `python3`, `check` and `setup` on the PATH. */
export async function serviceScene(options: { readonly config?: string } = {}): Promise<ServiceScene> {
  const made = await createWorld();
  const text = serviceConfig(options.config);
  made.home.commitByHand({
    'orchestrate.yaml': text,
    'server.py': 'v1\n',
    '.worktreeinclude': '.env\n../secret\n',
    ...{ 'components.lock': null, 'requirements.in': null, 'requirements.lock': 'flask==3.0.0 # mine\n' },
    ...{ 'extra_model_paths.yaml': null, 'workflows/portrait.json': null },
  });
  made.files.put(`${homeDir}/.env`, 'API_KEY=s3cr3t-value\n', 0o600);
  made.home.ignored.add('.env');
  const service = tree({ id: 'service', scope: ['**'], checks: ['checks-pass'] });
  const world: World = {
    ...made,
    context: {
      ...made.context,
      paths: installationPaths(homeDir, '/state', 'demo', 'service'),
      config: parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' }),
      definitions: { agents: new Map(), playbooks: new Map(), trees: new Map([['service', service]]) },
    },
  };
  const failing = new Set<string>();
  for (const name of ['python3', 'check', 'setup'])
    world.processes.program(name, () =>
      failing.has(name) ? { exitCode: 1, stdout: 'the key is s3cr3t-value\n', stderr: `${name} says no\n` } : {},
    );
  const base = world.home.head();
  let life: Life = await startEngine(world);
  const addRun = async (run: string, plan: Partial<Plan>): Promise<void> => {
    const made = { ...workPlan(base), ...plan, tree: 'service' };
    await life.engine.ledger.append([
      row(
        'run.created',
        {
          ...{ run, goal: 'mine', kind: 'work', by: anna, request: 1, restore: null },
          options: { previewOnly: false, yes: false, until: null, playbook: null, inputs: {} },
        },
        { run, keys: [`run:${run}`] },
      ),
      row('plan.made', { run, plan: made }, { run, keys: [`plan:${run}`] }),
    ]);
  };
  await life.engine.store.importCommit({ gitDir: `${homeDir}/.git`, commit: base, name: 'branch' });
  await addRun('r1', {});
  const scene: ServiceScene = {
    ...{ world, base, failing },
    get engine() {
      return life.engine;
    },
    boot: (how) => void ((world.context.outside.readiness as FakeReadiness).boot = how),
    edited: async (files, from = base) =>
      world.store.editTree(await world.store.treeOf(from), new Map(Object.entries(files))),
    prove: (exact, { run = 'r1', base: on = base } = {}) =>
      passing(world, scene.engine.template.prove(scene.engine, { change: 'c1', run, base: on, exact, signal: never })),
    addRestore: () =>
      addRun('r2', {
        goal: { kind: 'restore', title: 'undo', to: '0', commit: base, proposed: base as never, drops: [] },
      }),
    rows: (kind) =>
      world.ledgers
        .open()
        .read({ kinds: [kind], limit: 1_000 })
        .flatMap((entry) => dataOf(kind, entry) ?? []),
    async restart() {
      await life.kill();
      life = await startEngine(world);
    },
  };
  return scene;
}

/** Lets the world's time pass until the work has ended. */
export async function passing<T>(world: World, work: Promise<T>): Promise<T> {
  let isOver = false;
  const ended = work.finally(() => (isOver = true));
  ended.catch(() => undefined);
  for (let n = 0; n < 2_000 && !isOver; n += 1) await world.clock.advance(100);
  return ended;
}
