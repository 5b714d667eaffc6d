import { Fault } from '../../../../src/base/fault.ts';
import { row } from '../../../../src/domain/journal/kinds.ts';
import { effectDone, effectFailed } from '../../../../src/domain/machines/effect.ts';
import type { Plan } from '../../../../src/domain/plans/plan.ts';
import type { RunOptions } from '../../../../src/domain/runs/options.ts';
import type { EffectTable } from '../../../../src/engine/machines/host.ts';
import { advanceRun } from '../../../../src/engine/runs/advance.ts';
import { type Life, nothingHappens, startEngine } from '../../../fakes/fake-life.ts';
import { anna, createWorld, lockOf, installed, type World } from '../../../fakes/fake-world.ts';
import { workPlan } from '../changes/change-scene.ts';

export const fault = new Fault('SMOKE_FAILED', 'A workflow failed.').toRecord();
const step = (id: string, ...needs: string[]): Plan['steps'][number] => ({
  id,
  title: id,
  action: 'env.lock',
  agent: 'x',
  needs,
  with: {},
  timeoutMs: 1,
  retries: 0,
});
const diamond = [step('a'), step('b', 'a'), step('c', 'a'), step('d', 'b', 'c')];
export const slot = '/home/anna/comfy-home/trees/env-setup';

export interface Scene {
  readonly world: World;
  life: Life;
  state(subject: string): string | undefined;
  send(subject: string, type: string, more?: object): Promise<boolean>;
  /** Reports of an effect, as the engine would. */
  done(subject: string, effect: string, output?: object): Promise<boolean>;
  fail(subject: string, effect: string): Promise<boolean>;
  /** Takes a started step to its end. */
  finish(step: string): Promise<void>;
  advance(): Promise<void>;
  restart(): Promise<void>;
}

interface Options {
  readonly steps?: Plan['steps'];
  readonly run?: Partial<RunOptions>;
  readonly goal?: Plan['goal'];
  readonly effects?: EffectTable;
}

/** Returns a run `r1` that is executing its plan; no effect of a machine ever reports by itself. */
export async function executing({
  steps = diamond,
  run,
  goal = { kind: 'work' },
  effects = nothingHappens,
}: Options = {}): Promise<Scene> {
  const world = await createWorld();
  const scene = sceneOf(world, await startEngine(world, { effects }), effects);
  const { engine } = scene.life;
  const options = { previewOnly: false, yes: false, until: null, playbook: null, inputs: {}, ...run };
  const created = {
    run: 'r1',
    goal: 'upgrade numpy',
    kind: 'work',
    options,
    by: anna,
    request: 1,
    restore: null,
  } as const;
  const plan: Plan = { ...workPlan(world.first), steps, goal };
  await engine.ledger.append([row('plan.made', { run: 'r1', plan }, { run: 'r1', keys: ['plan:r1'] })]);
  await engine.host.create(
    'run',
    'r1',
    { subject: 'r1', previewOnly: false },
    { rows: [row('run.created', created, { run: 'r1', keys: ['run:r1'] })] },
  );
  const tree = engine.definitions.trees.get('env-setup');
  if (tree === undefined) throw new Error('no tree');
  await engine.leases.take({ run: 'r1', tree, signal: new AbortController().signal });
  await world.home.prepareSlot({ slot: { name: 'env-setup', dir: slot }, commit: world.first, trashDir: '/trash' });
  await scene.done('r1', 'preview', { next: goal.kind === 'work' ? 'execute' : 'submit' });
  return scene;
}

function sceneOf(world: World, life: Life, effects: EffectTable): Scene {
  const scene: Scene = {
    world,
    life,
    state: (subject) => scene.life.engine.host.find(subject)?.state,
    send: (subject, type, more = {}) => scene.life.engine.host.send(subject, { type, ...more }),
    done: (subject, effect, output = {}) => scene.life.engine.host.send(subject, effectDone(effect, output, 0)),
    fail: (subject, effect) => scene.life.engine.host.send(subject, effectFailed(effect, fault, 0)),
    async finish(name) {
      for (const effect of ['lease', 'spawn', 'execute', 'capture', 'verify']) await scene.done(`r1.${name}`, effect);
    },
    advance: () => advanceRun(scene.life.engine, 'r1'),
    async restart() {
      await scene.life.kill();
      scene.life = await startEngine(world, { effects });
      // A run that ended and was not closed comes back as well, as in the supervisor.
      if (scene.state('r1') === undefined) scene.life.engine.host.restore('run', 'r1');
    },
  };
  return scene;
}

export const states = (scene: Scene, ...steps: string[]) => steps.map((one) => scene.state(`r1.${one}`));

/** All four steps done, with or without a change in the slot. */
export async function worked(options: Options & { changed?: boolean } = {}): Promise<Scene> {
  const scene = await executing(options);
  if (options.changed ?? true)
    scene.world.files.put(`${slot}/requirements.lock`, lockOf({ ...installed, numpy: '2.1.0' }));
  for (const steps of [['a'], ['b', 'c'], ['d']]) {
    await scene.advance();
    for (const one of steps) await scene.finish(one);
  }
  await scene.advance();
  return scene;
}

export async function toApproved(scene: Scene): Promise<void> {
  await scene.advance();
  await scene.done('c1', 'check');
  await scene.done('c1', 'gate', { kind: 'proven' });
  await scene.done('c1', 'review', { kind: 'approved' });
}

export async function toQueued(scene: Scene): Promise<void> {
  await toApproved(scene);
  await scene.advance();
  await scene.advance();
}
