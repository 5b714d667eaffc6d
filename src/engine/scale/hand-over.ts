import { Fault } from '../../base/fault.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { stopInstancesOf } from '../instances/ensure.ts';
import { accepted } from '../requests/handler.ts';
import { preserveAttempt } from '../tasks/preserve.ts';
import { type FailoverPlan, planFailover, requireDead } from './failover.ts';
import { requireTree } from './scale-tree.ts';

/**
 * Lets a run whose attempt is dead go on in another slot, with the files that the dead one left. First the files are kept under
 * a ref; then the lease moves; then a new attempt begins. Late reports of the old one are recorded and not applied. Called again
 * for the same request after a kill, it goes on where it was. Faults: `CHANGE_MOVED`, `ATTEMPT_ALIVE`, `SLOT_NONE_FREE`.
 */
export async function handOver(
  engine: Engine,
  { run, hash, by, request }: { run: string; hash: string; by: Actor; request: number },
): Promise<void> {
  const key = `failover:${request}`;
  const plan = await engine.perform<FailoverPlan>(
    { key: `${key}:plan`, name: 'fix what is handed over', input: { run, hash }, run },
    { act: () => fixPlan(engine, run, hash) },
  );
  const dead = plan.attempts.filter(({ verdict }) => verdict === 'dead');
  await stopInstancesOf(engine, run);
  // What does not answer to its end may still write where it was: nobody else is given that slot by this supervisor.
  const isStuck = engine.host
    .all('task')
    .some(({ subject, state }) => subject.startsWith(`${run}.`) && state === 'executing');
  if (isStuck) engine.leases.setAside(plan.from.slot);
  const tree = requireTree(engine, dataOf('plan.made', engine.ledger.latest(`plan:${run}`))?.plan.tree ?? '');
  const kept =
    engine.leases.find(run)?.slot === plan.from.slot ? await keepFiles(engine, run, dead[0]?.attempt) : undefined;
  const lease = await engine.perform(
    { key: `${key}:lease`, name: 'lease another slot', input: { slot: plan.to }, run },
    {
      look: async () => {
        const now = engine.leases.find(run);
        return now?.slot === plan.to
          ? { slot: now?.slot ?? '', port: now?.port ?? 0, ...keptOf(engine, dead[0]?.attempt) }
          : undefined;
      },
      act: async () => {
        const moved = await engine.leases.moveSlot(run, tree, plan.to ?? '');
        if (!moved || moved.slot === null) throw noneFree(plan);
        return { slot: moved.slot, port: moved.port, ...(kept ?? { ref: null, tree: null }) };
      },
    },
  );
  const data = {
    run,
    hash,
    why: dead.flatMap(({ attempt, signs }) => signs.map((sign) => `${attempt}: ${sign}`)),
    from: plan.from,
    to: { slot: lease.slot, port: lease.port },
    ref: lease.ref,
    tree: lease.tree,
    attempts: dead.map(({ attempt }) => attempt),
    by,
  };
  // Before anything goes on: a new attempt has to know what it is to bring.
  await engine.ledger.append([row('run.failedOver', data, { run, keys: [`failover:${run}`] })]);
  await goOn(engine, run, accepted(request, run, `${run} goes on in ${lease.slot} on :${lease.port}.`));
}

async function fixPlan(engine: Engine, run: string, hash: string): Promise<FailoverPlan> {
  const plan = await planFailover(engine, run);
  if (plan.hash !== hash)
    throw new Fault('CHANGE_MOVED', `What would be handed over of ${run} is something else now than what you saw.`, {
      hints: [`orchestrate failover ${run}`],
      state: 'Nothing was moved.',
    });
  requireDead(plan);
  if (plan.to === null) throw noneFree(plan);
  return plan;
}

const noneFree = ({ run, from }: FailoverPlan): Fault => {
  const tree = from.slot.split('@')[0] ?? from.slot;
  return new Fault('SLOT_NONE_FREE', `No other slot of ${tree} is free for ${run}.`, {
    hints: [`orchestrate trees list`, `orchestrate trees scale ${tree} <one more>`],
    state: 'Nothing was moved; the files are where they were.',
  });
};

async function keepFiles(engine: Engine, run: string, attempt: string | undefined) {
  if (attempt === undefined) return undefined;
  return preserveAttempt(engine, { run, task: attempt.slice(0, attempt.lastIndexOf('#')), attempt });
}

const keptOf = (engine: Engine, attempt: string | undefined): { ref: string | null; tree: string | null } => {
  const kept = dataOf('attempt.preserved', engine.ledger.latest(`preserved:${attempt ?? ''}`));
  return { ref: kept?.ref ?? null, tree: kept?.tree ?? null };
};

/** A new attempt of each step that is dead or parked, and the run with them. */
async function goOn(engine: Engine, run: string, answers: ReturnType<typeof accepted>): Promise<void> {
  for (const task of engine.host.all('task')) {
    if (!task.subject.startsWith(`${run}.`)) continue;
    if (task.state === 'parked') await engine.host.send(task.subject, { type: 'RESUME' });
    else if (task.state === 'executing') await engine.host.send(task.subject, { type: 'FAILOVER' });
  }
  if (engine.host.find(run)?.state === 'paused') await engine.host.send(run, { type: 'RESUME' }, { answers });
  else await engine.ledger.append([], answers);
}
