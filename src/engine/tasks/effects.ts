import type { Action, ActionContext } from '../../actions/_context.ts';
import { actions } from '../../actions/index.gen.ts';
import { Fault } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import { backoffMs } from '../../domain/machines/task.machine.ts';
import { checkStep } from '../../domain/plans/check-step.ts';
import { backUp } from '../bundles/back-up.ts';
import { markOf } from '../context.ts';
import { type Engine, requireRow } from '../engine.ts';
import { ensureEnvironment } from '../environments/ensure.ts';
import { interpreter, takeBorrowed } from '../environments/named.ts';
import { stopInstancesOf } from '../instances/ensure.ts';
import { readServiceLog } from '../instances/read-service-log.ts';
import type { EffectHandler } from '../machines/host.ts';
import { createProofs } from '../proofs/proofs.ts';
import { prepareSlotSafely } from '../removal/prepare-slot.ts';
import { bisectPoints } from '../restore/bisect.ts';
import { drillPoint } from '../restore/drill.ts';
import { factsOnRecord } from '../runs/step-scene.ts';
import { serviceCare } from '../services/care.ts';
import { work } from '../specialists/work.ts';
import { workers } from '../specialists/workers.ts';
import { agentBus } from './agent-bus.ts';
import { agentConditions } from './agent-conditions.ts';
import { agentMemory } from './agent-memory.ts';
import { beat } from './beat.ts';
import { asDeath } from './death.ts';
import { bringFiles, handedOver } from './handed-over.ts';
import { reportsBefore } from './reports-before.ts';
import { requireLease, slotDir, snapshotSlot } from './slot.ts';
import { acceptFingerprint, preparationKey, requireUntampered } from './tamper.ts';
import { type TaskParts, taskParts } from './task-view.ts';

/** What the task machine names, done. */
export function taskEffects(engine: Engine): Readonly<Record<string, EffectHandler>> {
  const partsOf = (subject: string): TaskParts => taskParts(engine, subject, attemptNumber(engine, subject));
  return {
    lease: async ({ subject, signal }) => {
      const { run, plan } = partsOf(subject);
      const tree = engine.definitions.trees.get(plan.tree);
      if (!tree) throw new Fault('TREE_NOT_FOUND', `There is no tree ${plan.tree}.`);
      const { slot, port } = await engine.leases.take({ run, tree, signal });
      return { slot, port };
    },
    spawn: ({ subject }) => spawn(engine, partsOf(subject), subject),
    execute: ({ subject, signal }) => execute(engine, partsOf(subject), subject, signal),
    capture: async ({ subject }) => {
      const { run } = partsOf(subject);
      await requireUntampered(engine, { run, task: subject });
      const lease = requireLease(engine, run);
      const tree = await snapshotSlot(engine, lease);
      // From here on others are compared with what the slot really holds, not with what was planned.
      if (dataOf('slot.captured', engine.ledger.latest(`captured:${run}`))?.tree !== tree)
        await engine.ledger.append([
          row('slot.captured', { run, slot: lease.slot, tree }, { run, keys: [`captured:${run}`] }),
        ]);
      return { tree };
    },
    verify: async ({ subject, signal }) => {
      const parts = partsOf(subject);
      const action = actionOf(parts.step.action);
      const reported = dataOf('step.reported', requireRow(engine, `step:${subject}`));
      if (!reported) return {};
      await action.verify?.(await actionContext(engine, parts, subject, signal), reported.output);
      await verifyCheck(engine, parts, subject, reported.output);
      return {};
    },
    waitUntil: async ({ subject, input, signal }) => {
      const { clock } = engine.outside;
      // The row is all that a killed process leaves, so it is a time of the wall clock: one that was set back makes nothing longer.
      const leftMs = Math.max(0, Number(input['dueAtMs']) - clock.nowMs());
      await clock.sleep(Math.min(leftMs, backoffMs(attemptNumber(engine, subject))), signal);
      return {};
    },
    compensate: async ({ subject }) => ({ stopped: await stopInstancesOf(engine, partsOf(subject).run) }),
  };
}

/** Holds what a step reported against its own `check`. Faults: `STEP_CHECK_FAILED`, `EXPRESSION_FAILED`. */
async function verifyCheck(
  engine: Engine,
  { run, step, attempt }: TaskParts,
  task: string,
  output: JsonObject,
): Promise<void> {
  const { check } = step;
  if (check === undefined) return;
  checkStep(step, output, factsOnRecord(engine, run, step));
  await engine.ledger.append([row('step.checked', { task, attempt, check }, { run })]);
}

function attemptNumber(engine: Engine, subject: string): number {
  return engine.host.context<{ attempt: number }>(subject).attempt;
}

/** Brings the slot to the pinned base, once per run; the state of home's git files then is what is watched. */
async function spawn(engine: Engine, parts: TaskParts, subject: string): Promise<object> {
  const { run, plan, attempt } = parts;
  const lease = requireLease(engine, run);
  const key = preparationKey(run, lease.slot);
  await requireUntampered(engine, { run, task: subject });
  await engine.perform(
    { key, name: 'prepare the slot', input: { slot: lease.slot, commit: plan.base }, run },
    {
      act: async () => {
        const by = { kind: 'program', name: 'slot' } as const;
        const prepared = await prepareSlotSafely(engine, { slot: lease.slot, commit: plan.base, use: run, run, by });
        // Within the effect: a kill between the two must not make our own files look like somebody else's.
        await acceptFingerprint(engine, by, run);
        return prepared;
      },
    },
  );
  const tree = handedOver(engine, run, lease.slot);
  if (tree !== undefined) {
    const baseTree = await engine.store.treeOf(plan.base);
    await engine.perform(
      { key: bringKey(run, lease.slot), name: 'bring the files of the dead attempt', input: { tree }, run },
      {
        act: async () => ({
          nFiles: await bringFiles(engine, { dir: slotDir(engine, lease), from: baseTree, to: tree }),
        }),
      },
    );
  }
  return { attempt };
}

const bringKey = (run: string, slot: string): string => `handed-over:${run}:${slot}`;

/** Whether the slot that the run has now holds what it is to begin from. */
function isPrepared(engine: Engine, run: string): boolean {
  const { slot } = requireLease(engine, run);
  const isDone = (key: string): boolean => engine.ledger.latest(`effect:${key}`)?.kind === 'effect.done';
  if (!isDone(preparationKey(run, slot))) return false;
  return handedOver(engine, run, slot) === undefined || isDone(bringKey(run, slot));
}

const actionOf = (id: string): Action => {
  const action = actions.find((one) => one.id === id);
  if (!action || action.effect === 'plan') throw new Fault('PLAYBOOK_UNKNOWN_REFERENCE', `There is no action ${id}.`);
  return action as Action;
};

async function execute(engine: Engine, parts: TaskParts, subject: string, signal: AbortSignal): Promise<object> {
  const { step, attempt, run } = parts;
  const { clock } = engine.outside;
  const reported = dataOf('step.reported', engine.ledger.latest(`step:${subject}`));
  // Killed between the report and the transition: the work of this attempt is on record.
  if (reported?.attempt === attempt) return {};

  // Killed in the middle of a hand-over: the lease is on another slot, and nobody made that one ready.
  if (!isPrepared(engine, run)) await spawn(engine, parts, subject);

  const startedMs = clock.monotonicMs();
  const action = actionOf(step.action);
  const deadline = new AbortController();
  const either = AbortSignal.any([signal, deadline.signal]);
  const context = await actionContext(engine, parts, subject, either);
  const input = action.input.parse(step.with);
  const agent = engine.definitions.agents.get(step.agent);
  const limitMs = Math.min(step.timeoutMs, (agent?.maxMinutes ?? Number.POSITIVE_INFINITY) * 60_000);
  const late = clock.sleep(limitMs, either).then((passed) => {
    if (!passed) return undefined as never;
    deadline.abort(new Fault('PROCESS_TIMEOUT', `Step ${step.id} took longer than ${Math.round(limitMs / 1000)} s.`));
    throw deadline.signal.reason;
  });
  // A beat that cannot be written says nothing about the work: the next row tells whether the record is there.
  beat(engine, { run, task: subject, attempt }, either).catch(() => undefined);
  const running = action.run(context, input);
  const ended = await Promise.race([running, late.then(() => running)])
    .finally(() => deadline.abort())
    .catch(async (error: unknown) =>
      Promise.reject(await asDeath(engine, { run, task: subject, attempt, error, signal })),
    );
  const output = action.output.parse(ended);
  const sentence = action.describe(output, { slot: context.slot, productionPort: engine.config.service.port });
  const data = {
    task: subject,
    attempt,
    action: action.id,
    agent: step.agent,
    output: output as JsonObject,
    sentence,
    durationMs: Math.round(clock.monotonicMs() - startedMs),
  };
  await engine.ledger.append([row('step.reported', data, { run, keys: [`step:${subject}`] })]);
  return {};
}

async function actionContext(
  engine: Engine,
  parts: TaskParts,
  subject: string,
  signal: AbortSignal,
): Promise<ActionContext> {
  const { run, attempt, plan } = parts;
  const lease = requireLease(engine, run);
  const { clock, digest, files, python, accelerators } = engine.outside;
  const { index } = engine.config.python;
  const baseTree = await engine.store.treeOf(plan.base);
  const before = reportsBefore(engine, parts);
  const context: ActionContext = {
    run,
    attempt,
    mark: markOf(engine, attempt),
    slot: { name: lease.slot, dir: slotDir(engine, lease), port: lease.port, homePort: lease.homePort },
    base: plan.base,
    baseTree,
    plan,
    config: engine.config,
    paths: engine.paths,
    clock,
    digest,
    files,
    python,
    accelerators,
    store: engine.store,
    bundles: engine.outside.bundles,
    interpreter: () => interpreter(engine),
    index,
    snapshot: () => snapshotSlot(engine, lease),
    environment: (lockText) => ensureEnvironment(engine, { lockText, run, effectKey: attempt, index }),
    takeBorrowed: (lockText) => takeBorrowed(engine, { lockText, mark: markOf(engine, attempt) }),
    proofs: createProofs(engine, { run, effectKey: attempt, port: lease.port, index, signal }),
    drill: (point) => drillPoint(engine, { point, run, attempt, task: subject, port: lease.port, signal }),
    bisect: (asked) => bisectPoints(engine, { ...asked, run, attempt, task: subject, port: lease.port, signal }),
    backUp: (options) => backUp(engine, { ...options, signal }),
    serviceLog: (options) => readServiceLog(engine, options),
    service: serviceCare(engine, { run, step: parts.step.id, agent: parts.step.agent, attempt, signal }),
    bus: agentBus(engine, parts, signal),
    conditions: agentConditions(engine, parts, before),
    memory: await agentMemory(engine, parts),
    specialist: { work: (asked) => work(engine, { parts, task: subject, context, asked }, workers) },
    before,
    note: async (sentence) => {
      await engine.ledger.append([row('step.noted', { task: subject, attempt, sentence }, { run })]);
    },
    signal,
  };
  return context;
}
