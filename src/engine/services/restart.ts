import { Fault } from '../../base/fault.ts';
import type { Engine } from '../engine.ts';
import { findProduction, notOurs, stopProduction } from '../instances/production.ts';
import { startFromBranch } from '../instances/start-from-branch.ts';
import { isUp } from '../instances/watch.ts';
import { forbiddenBy } from './forbidden.ts';

export interface Restarted {
  readonly was: string | null;
  readonly now: string;
  readonly nSaved: number;
}

/**
 * Stops production, its prompts kept, and starts it from the branch; where it is down it is started. In a turn among starts and stops.
 * `limitMs` is how long the running prompt may take. Faults: `SERVICE_NOT_OURS`, and those of a start that fails; production is down then.
 */
export async function restartProduction(
  engine: Engine,
  { run, limitMs, answers }: { run: string | null; limitMs?: number; answers?: StartAnswers },
): Promise<Restarted> {
  if (engine.config.service.mode === 'none') throw notOurs();
  const instance = findProduction(engine);
  const limit = limitMs === undefined ? {} : { limitMs };
  const { nSaved } = instance === undefined ? { nSaved: 0 } : await stopProduction(engine, { instance, run, ...limit });
  return {
    was: instance ?? null,
    now: await startFromBranch(engine, answers === undefined ? {} : { answers }),
    nSaved,
  };
}

type StartAnswers = NonNullable<NonNullable<Parameters<typeof startFromBranch>[1]>['answers']>;

/**
 * Restarts production for an agent, once per key: after a kill a production that was started meanwhile is left alone. A prompt that runs
 * is not waited for: one that hangs ends no sooner. Waits for its turn among starts and stops.
 * Faults: `SERVICE_RESTART_REFUSED` when its own log forbids it, `SERVICE_NOT_OURS`, and those of a start that fails; production is down then.
 */
export async function restartService(
  engine: Engine,
  { key, run }: { readonly key: string; readonly run: string },
): Promise<Restarted> {
  if (engine.config.service.mode === 'none') throw notOurs();
  const forbidden = await forbiddenBy(engine, findProduction(engine) ?? null);
  if (forbidden !== null)
    throw new Fault('SERVICE_RESTART_REFUSED', `Production is not started again: ${forbidden}`, {
      state: 'Nothing was started or stopped.',
    });
  return engine.perform<Restarted>(
    { key, name: 'restart production', input: { was: findProduction(engine) ?? null }, run },
    {
      act: ({ was }) =>
        engine.inServiceTurn(() => restartUnlessDone(engine, typeof was === 'string' ? was : null, run)),
    },
  );
}

async function restartUnlessDone(engine: Engine, was: string | null, run: string): Promise<Restarted> {
  const instance = findProduction(engine);
  const isOther = instance !== undefined && instance !== was;
  if (isOther && isUp(engine.host.find(instance)?.state ?? '')) return { was, now: instance, nSaved: 0 };
  return { ...(await restartProduction(engine, { run, limitMs: 0 })), was };
}
