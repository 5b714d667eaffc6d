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
  const over = await engine.perform(
    { key: `${key}:lease`, name: 'lease another slot', input: { slot: plan.to }, run },
    {
      look: async () => {
        const known = dataOf('run.failedOver', engine.ledger.latest(`failover:${run}`));
        return known?.hash === hash && known.to.slot === engine.leases.find(run)?.slot ? { ...known.to } : undefined;
      },
      act: async () => {
        const data = {
          run,
          hash,
          why: dead.flatMap(({ attempt, signs }) => signs.map((sign) => `${attempt}: ${sign}`)),
          from: plan.from,
          ref: kept?.ref ?? null,
          tree: kept?.tree ?? null,
          attempts: dead.map(({ attempt }) => attempt),
          by,
        };
        // In one commit with the lease: whoever works in the new slot has to know what it is to bring.
        const moved = await engine.leases.moveSlot({
          run,
          tree,
          slot: plan.to ?? '',
          beside: ({ slot, port }) => [
            row('run.failedOver', { ...data, to: { slot, port } }, { run, keys: [`failover:${run}`] }),
          ],
        });
        if (!moved) throw noneFree(plan);
        return { slot: moved.slot, port: moved.port };
      },
    },
  );
  await goOn(engine, plan, accepted(request, run, `${run} goes on in ${over.slot} on :${over.port}.`));
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

/** A new attempt of each step that the plan names and that is still at that attempt, and the run with them. */
async function goOn(engine: Engine, plan: FailoverPlan, answers: ReturnType<typeof accepted>): Promise<void> {
  const { run, attempts } = plan;
  for (const { attempt } of attempts) {
    const at = attempt.lastIndexOf('#');
    const task = attempt.slice(0, at);
    const state = engine.host.find(task)?.state;
    // After a kill a part of them has gone on already, and the new attempts are nobody's to end.
    if (state === undefined || engine.host.context<{ attempt: number }>(task).attempt !== Number(attempt.slice(at + 1)))
      continue;
    if (state === 'parked') await engine.host.send(task, { type: 'RESUME' });
    else if (state === 'executing') await engine.host.send(task, { type: 'FAILOVER' });
  }
  const isPaused = engine.host.find(run)?.state === 'paused';
  // Handed over it is in any case: that the run went on meanwhile is no refusal.
  const isAnswered = isPaused && (await engine.host.send(run, { type: 'RESUME' }, { answers }));
  if (!isAnswered) await engine.ledger.append([], answers);
}
