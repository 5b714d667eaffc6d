import { Fault } from '../../base/fault.ts';
import { asCommitId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { row } from '../../domain/journal/kinds.ts';
import type { PrunePlan } from '../../domain/restore/prune-plan.ts';
import type { Engine } from '../engine.ts';
import { noteEmptied } from '../removal/empty-trash.ts';
import { listRestorePoints } from '../restore/points.ts';
import { readLockText, requireKeptWheels } from './kept-wheels.ts';
import { findNeeded } from './needed.ts';
import { planPrune } from './plan-prune.ts';

/**
 * Takes away what the plan of that hash names, and writes `space.pruned` with the answer to the request. Environments are
 * renamed into the trash first and removed there: a kill never leaves half of one where it would be used. Called again
 * for the same request it goes on where it was. Faults: `CHANGE_MOVED` when the plan is another one now,
 * `WHEEL_HASH_MISMATCH`, `ENVIRONMENT_IN_USE`.
 */
export async function pruneSpace(
  engine: Engine,
  options: { request: number; hash: string; wheels: boolean; by: Actor; answer: (plan: PrunePlan) => JsonObject },
): Promise<void> {
  const { request, hash, by } = options;
  const key = `prune:${request}`;
  const plan = await engine.perform<PrunePlan>(
    { key: `${key}:plan`, name: 'fix what is taken away', input: { hash, wheels: options.wheels }, run: null },
    { act: () => fixPlan(engine, options) },
  );
  const trash = `${engine.paths.trash}/prune-${request}`;
  for (const { environment } of plan.evictions) {
    await engine.perform(
      {
        key: `${key}:environment:${environment}`,
        name: 'move the environment to trash',
        input: { environment },
        run: null,
      },
      {
        look: async () => {
          const isThere = (await engine.outside.files.info(`${engine.paths.envs}/${environment}`)) !== undefined;
          return isThere ? undefined : { trash };
        },
        act: () => moveAway(engine, environment, trash),
      },
    );
  }
  const { wheels } = engine.paths;
  const paths = [
    trash,
    ...plan.wheels.map((one) => `${wheels}/${one.sha256}`),
    ...plan.removals.map((one) => one.path),
  ];
  for (const path of paths) {
    await engine.perform(
      { key: `${key}:remove:${path}`, name: 'remove', input: { path }, run: null },
      {
        act: async () => {
          await engine.outside.files.remove(path);
          if (path.startsWith(`${engine.paths.trash}/`)) await noteEmptied(engine, path, by);
          return { path };
        },
      },
    );
  }
  await engine.ledger.append(
    [row('space.pruned', { plan, hash, by }, { keys: ['space:pruned'] })],
    [{ id: request, answer: options.answer(plan) }],
  );
}

async function fixPlan(engine: Engine, options: { hash: string; wheels: boolean }): Promise<PrunePlan> {
  const { plan, hash } = await planPrune(engine, options);
  if (hash !== options.hash) {
    throw new Fault('CHANGE_MOVED', 'What would be taken away is something else now than what you saw.', {
      hints: [`orchestrate restore prune${options.wheels ? ' --wheels' : ''}`],
      state: 'Nothing was taken away.',
    });
  }
  // What is promised to come back offline has to be there, byte for byte, before the files go.
  const points = await listRestorePoints(engine);
  const locks = new Set<string>();
  for (const eviction of plan.evictions) {
    if (eviction.to !== 'offline') continue;
    for (const point of points.filter((one) => eviction.points.includes(one.name)))
      locks.add((await readLockText(engine, point.manifest.tree)) ?? '');
  }
  for (const lockText of locks) await requireKeptWheels(engine, lockText);
  return plan;
}

/** The last look is just before the rename: a run may have begun while the plan was made. */
async function moveAway(engine: Engine, environment: string, trash: string): Promise<{ trash: string }> {
  const { files } = engine.outside;
  const state = await engine.home.inspect();
  const needed = state.kind === 'ready' ? await findNeeded(engine, asCommitId(state.head)) : undefined;
  const why =
    needed === undefined
      ? 'home cannot be read now'
      : (needed.environments.get(environment) ?? needed.undecided ?? undefined);
  if (why !== undefined) {
    throw new Fault('ENVIRONMENT_IN_USE', `The environment ${environment} is needed now: ${why}.`, {
      state: 'It stays; what was taken away before it is gone.',
      hints: ['orchestrate restore prune'],
    });
  }
  await files.ensureDir(trash);
  await files.rename(`${engine.paths.envs}/${environment}`, `${trash}/${environment}`);
  return { trash };
}
