import { Fault } from '../../base/fault.ts';
import { asGitTreeId, attemptId, type TaskId } from '../../base/ids.ts';
import { canonicalJson, type JsonObject } from '../../base/json.ts';
import { snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Plan } from '../../domain/plans/plan.ts';
import { type Judged, judgeAttempt } from '../../domain/scale/dead.ts';
import type { EngineContext } from '../context.ts';
import { templates } from '../templates/templates.ts';
import { slotNamesOf } from './slots-of.ts';

/** What a hand-over would do. */
export interface FailoverPlan {
  readonly run: string;
  readonly from: { readonly slot: string; readonly port: number };
  /** The slot that takes over; null when none is free. Its port is probed when it is leased. */
  readonly to: string | null;
  readonly attempts: readonly Judged[];
  /** The slot's files as they are now, and how many differ from the base; null where they cannot be stored. */
  readonly tree: string | null;
  readonly nFiles: number;
  readonly hash: string;
}

/** Runs that hold a slot and are not closed, oldest first. */
export const runsWithSlots = ({ ledger, definitions }: EngineContext): readonly string[] => {
  const runs = new Set<string>();
  for (const tree of definitions.trees.values())
    for (let index = 0; index < 9; index += 1) {
      const name = index === 0 ? tree.id : `${tree.id}@${index + 1}`;
      const run = dataOf('lease.taken', ledger.latest(`lease:slot:${name}`))?.run;
      if (run !== undefined && !ledger.latest(`close:${run}`)) runs.add(run);
    }
  return [...runs].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
};

/**
 * Returns what a hand-over of the run would do, from what is on record and what its slot holds. Stores the slot's files as
 * objects and changes nothing else. Faults: `RUN_NOT_FOUND`, `RUN_FINISHED`, `NOTHING_TO_DO` when it holds no slot.
 */
export async function planFailover(context: EngineContext, run: string): Promise<FailoverPlan> {
  const { ledger, store, paths } = context;
  if (!ledger.latest(`run:${run}`))
    throw new Fault('RUN_NOT_FOUND', `There is no run ${run}.`, { state: 'Nothing was changed.' });
  if (ledger.latest(`close:${run}`))
    throw new Fault('RUN_FINISHED', `${run} has ended.`, {
      hints: [`orchestrate runs show ${run}`],
      state: 'Nothing was changed.',
    });
  const lease = dataOf('lease.taken', ledger.latest(`lease-of:${run}`));
  const plan = dataOf('plan.made', ledger.latest(`plan:${run}`))?.plan;
  if (!plan || lease === undefined || lease.slot === null)
    throw new Fault('NOTHING_TO_DO', `${run} holds no slot: there is nothing to hand over.`, {
      hints: [`orchestrate runs show ${run}`],
      state: 'Nothing was changed.',
    });
  const baseTree = await store.treeOf(plan.base);
  const taken = await store.snapshot({
    dir: `${paths.trees}/${lease.slot}`,
    limits: snapshotLimits,
    skip: templates[context.config.template].skipInSlot,
    cacheKey: `slot:${lease.slot}`,
  });
  const tree = taken.kind === 'taken' ? taken.tree : null;
  const nFiles = tree === null ? 0 : (await store.differences(baseTree, asGitTreeId(tree))).length;
  const attempts = attemptsOf(context, run, plan);
  const from = { slot: lease.slot, port: lease.port };
  const shown = { run, from, to: freeSlot(context, plan.tree, run), attempts: attempts.map(shownOf), tree, nFiles };
  return { ...shown, attempts, hash: context.outside.digest.sha256(canonicalJson(shown as unknown as JsonObject)) };
}

/** Times pass between showing and doing: they are no part of what was agreed to. */
const shownOf = ({ attempt, verdict }: Judged): object => ({ attempt, verdict });

/** Every step of the run that has begun and is not done, judged. */
function attemptsOf(context: EngineContext, run: string, plan: Plan): readonly Judged[] {
  const { ledger, outside } = context;
  return plan.steps.flatMap((step): Judged[] => {
    const task = `${run}.${step.id}`;
    const entry = ledger.latest(`machine:${task}`);
    const moved = dataOf('machine.moved', entry);
    if (!entry || !moved || moved.isFinal || moved.to === 'waiting') return [];
    const nAttempts = 1 + countRetries(context, task);
    const attempt = attemptId(task as TaskId, nAttempts);
    const died = dataOf('attempt.died', ledger.latest(`died:${attempt}`));
    const beatEntry = ledger.latest(`beat:${attempt}`);
    const beat = dataOf('attempt.beat', beatEntry);
    const nowMs = outside.clock.nowMs();
    return [
      judgeAttempt({
        attempt,
        state: moved.to,
        died: died === undefined ? null : { program: died.program, signal: died.signal },
        runningMs: moved.to === 'executing' ? nowMs - entry.atMs : null,
        limitMs: step.timeoutMs,
        beat:
          beat === undefined || beatEntry === undefined
            ? null
            : { nPrograms: beat.nPrograms, quietMs: beat.quietMs, ageMs: Math.max(0, nowMs - beatEntry.atMs) },
      }),
    ];
  });
}

/** Tries after the first: each began by a transition into `spawning` that was not the first. */
const countRetries = ({ ledger }: EngineContext, task: string): number =>
  ledger.read({ key: `machine:${task}` }).filter((entry) => {
    const moved = dataOf('machine.moved', entry);
    return moved?.to === 'spawning' && moved.from !== 'leasing';
  }).length;

/** The first slot of the tree that no run holds and this one was never in: what it left there is not looked at again. */
function freeSlot(context: EngineContext, treeId: string, run: string): string | null {
  const tree = context.definitions.trees.get(treeId);
  if (!tree) return null;
  const { ledger } = context;
  return (
    slotNamesOf(context, tree).find((name) => {
      const holder = dataOf('lease.taken', ledger.latest(`lease:slot:${name}`))?.run;
      const isHeld = holder !== undefined && !ledger.latest(`close:${holder}`);
      return !isHeld && ledger.latest(`effect:slot:${run}:${name}`) === undefined;
    }) ?? null
  );
}

/** Fault `ATTEMPT_ALIVE` unless an attempt is dead and none is at work. */
export function requireDead({ run, attempts }: FailoverPlan): void {
  const alive = attempts.filter(({ verdict }) => verdict === 'alive');
  const isDead = attempts.some(({ verdict }) => verdict === 'dead');
  if (isDead && alive.length === 0) return;
  const told = attempts.map(({ attempt, signs }) => `${attempt}: ${signs.join(', ')}`).join('; ');
  throw new Fault(
    'ATTEMPT_ALIVE',
    `Nothing of ${run} is dead beyond doubt, so it is not handed over${told === '' ? '' : ` (${told})`}.`,
    {
      hints: [`orchestrate runs show ${run}`, `orchestrate runs cancel ${run}   (ends it; its files are kept)`],
      state: 'It goes on as it was.',
    },
  );
}
