import type { CommitId, GitTreeId } from '../../../../src/base/ids.ts';
import type { Actor } from '../../../../src/domain/journal/actor.ts';
import { dataOf, type JournalKind, type JournalKinds, row } from '../../../../src/domain/journal/kinds.ts';
import type { Plan } from '../../../../src/domain/plans/plan.ts';
import type { RunOptions } from '../../../../src/domain/runs/options.ts';
import { answer } from '../../../../src/engine/changes/answer.ts';
import { checkChange } from '../../../../src/engine/changes/check.ts';
import { draftChange, type Drafted, draftOf } from '../../../../src/engine/changes/draft.ts';
import { gateChange, gatedOf } from '../../../../src/engine/changes/gate.ts';
import type { Engine } from '../../../../src/engine/engine.ts';
import { type Life, settled, startEngine } from '../../../fakes/fake-life.ts';
import { anna, createWorld, installed, lockOf, type World, type WorldOptions } from '../../../fakes/fake-world.ts';

export type Edits = Readonly<Record<string, string | null>>;

/** numpy moves to 2.1.0. */
export const upgraded: Edits = { 'requirements.lock': lockOf({ ...installed, numpy: '2.1.0' }) };
export const never = new AbortController().signal;

export interface ChangeScene {
  readonly world: World;
  life: Life;
  readonly engine: Engine;
  readonly drafted: Drafted;
  /** The process is killed, another one begins. */
  restart(): Promise<void>;
  rows<Kind extends JournalKind>(kind: Kind): readonly JournalKinds[Kind][];
  latest<Kind extends JournalKind>(kind: Kind): JournalKinds[Kind] | undefined;
}

export interface SceneOptions extends WorldOptions {
  readonly edits?: Edits;
  readonly run?: Partial<RunOptions>;
  readonly plan?: Partial<Plan>;
  /** Who asked for the run; anna where it is left out. */
  readonly by?: Actor;
}

/** Returns a run `r1` with a slot that holds the edits, and its change `c1`, drafted. */
export async function changeScene({
  edits = upgraded,
  run,
  plan,
  by = anna,
  ...options
}: SceneOptions = {}): Promise<ChangeScene> {
  const world = await createWorld(options);
  const life = await startEngine(world);
  const scene: ChangeScene = {
    world,
    life,
    get engine() {
      return scene.life.engine;
    },
    get drafted() {
      return draftOf(scene.engine, 'c1');
    },
    async restart() {
      await scene.life.kill();
      scene.life = await startEngine(world);
    },
    rows: (kind) =>
      world.ledgers
        .open()
        .read({ kinds: [kind], limit: 1_000 })
        .flatMap((entry) => dataOf(kind, entry) ?? []),
    latest: (kind) => scene.rows(kind).at(-1),
  };
  const { engine } = life;
  await addRun(engine, { base: world.first, run, plan, by });
  const slot = `${engine.paths.trees}/env-setup`;
  await world.home.prepareSlot({ slot: { name: 'env-setup', dir: slot }, commit: world.first, trashDir: '/trash' });
  for (const [path, text] of Object.entries(edits)) {
    if (text === null) await world.files.remove(`${slot}/${path}`);
    else world.files.put(`${slot}/${path}`, text);
  }
  const lease = { run: 'r1', slot: 'env-setup', tree: 'env-setup', port: 8191, homePort: 8188, skipped: [] };
  await engine.ledger.append([
    row('lease.taken', lease, { run: 'r1', keys: ['lease:slot:env-setup', 'lease:port:8191', 'lease-of:r1'] }),
  ]);
  await draftChange(engine, 'r1', await treeWith(world, world.first, edits));
  return scene;
}

export async function treeWith(world: World, base: CommitId, edits: Edits): Promise<GitTreeId> {
  return world.store.editTree(await world.store.treeOf(base), new Map(Object.entries(edits)));
}

async function addRun(
  engine: Engine,
  options: { base: CommitId; run: Partial<RunOptions> | undefined; plan: Partial<Plan> | undefined; by: Actor },
): Promise<void> {
  const { base } = options;
  const created = {
    run: 'r1',
    goal: 'upgrade numpy',
    kind: 'work',
    options: { previewOnly: false, yes: false, until: null, playbook: null, inputs: {}, ...options.run },
    by: options.by,
    request: 1,
    restore: null,
  } as const;
  const plan: Plan = { ...workPlan(base), ...options.plan };
  await engine.ledger.append([
    row('run.created', created, { run: 'r1', keys: ['run:r1'] }),
    row('plan.made', { run: 'r1', plan }, { run: 'r1', keys: ['plan:r1'] }),
  ]);
}

export function workPlan(base: CommitId): Plan {
  const step = {
    id: 'lock',
    title: 'lock',
    action: 'env.lock',
    agent: 'package-manager',
    needs: [],
    with: {},
    timeoutMs: 60_000,
    retries: 0,
  };
  return {
    hash: 'a'.repeat(64) as Plan['hash'],
    goalText: 'upgrade numpy',
    goal: { kind: 'work' },
    playbook: 'upgrade-package',
    score: 1,
    tree: 'env-setup',
    risk: 'medium',
    branchRef: 'refs/heads/main',
    base,
    inputs: {},
    steps: [step, { ...step, id: 'boot', agent: 'validation-engineer', needs: ['lock'] }],
    moves: [{ name: 'numpy', from: '2.0.0', to: '2.1.0' }],
    rejected: [],
    lockText: null,
    requirementsText: null,
    files: [],
    notes: [],
    mustAsk: null,
    estimates: { downloadBytes: 0, diskBytes: 0, diskFreeBytes: 0, minutes: 1, productionDownSeconds: 1, costUsd: 0 },
    warnings: [],
    model: null,
  };
}

/** Checks and gates the change; time passes while its instance starts. */
export async function gated({ engine, world }: ChangeScene): Promise<Awaited<ReturnType<typeof gateChange>>> {
  await checkChange(engine, 'c1');
  return passing(world, gateChange(engine, 'c1', never));
}

/** Lets time pass until the work is done. */
export async function passing<T>(world: World, work: Promise<T>): Promise<T> {
  let isDone = false;
  const over = work.finally(() => {
    isDone = true;
  });
  over.catch(() => undefined);
  for (let n = 0; n < 1_000; n += 1) {
    await settled();
    if (isDone) break;
    await world.clock.advance(50);
  }
  return over;
}

/** A person approves what was gated last. */
export async function approve({ engine, drafted }: ChangeScene): Promise<void> {
  const last = gatedOf(engine, 'c1');
  if (last === undefined) throw new Error('nothing was gated');
  await answer(engine, {
    drafted,
    gated: last,
    reviewer: 'final',
    by: anna,
    verdict: 'approved',
    questions: [],
    comment: null,
  });
}
