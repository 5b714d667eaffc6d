import { Fault } from '../../base/fault.ts';
import { taskId, type RunId } from '../../base/ids.ts';
import { dueAt, dueByWall, isPast } from '../../domain/bus/lifetime.ts';
import { durationText } from '../../domain/definitions/units.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { PlannedStep } from '../../domain/plans/plan.ts';
import type { Engine } from '../engine.ts';
import { momentOf } from '../moment.ts';
import { findHolding } from './standing.ts';

/** A plan that says what a step waits for says how long; a day, should one not. */
const defaultWaitMs = 24 * 60 * 60_000;

/**
 * Whether every condition holds that a step waits for. Writes `step.waits` when it begins to wait, and when it waits for others than
 * before. Fault: `CONDITION_AWAITED` when the wait was too long: then the run pauses and asks, and a resume waits anew.
 */
export async function hasItsConditions(
  engine: Engine,
  { run, step }: { readonly run: string; readonly step: PlannedStep },
): Promise<boolean> {
  const awaited = (step.waitsFor ?? []).filter((name) => findHolding(engine, name) === undefined);
  if (awaited.length === 0) return true;
  const task = taskId(run as RunId, step.id);
  const waitMs = step.waitAtMostMs ?? defaultWaitMs;
  const before = waitOf(engine, { run, task });
  const now = momentOf(engine.outside.clock);
  const due = before === undefined ? dueAt(now.wallMs + waitMs, now) : (before.due ?? dueByWall(before.dueAtMs));
  if (before?.conditions.join() !== awaited.join())
    await engine.ledger.append([
      row('step.waits', { task, conditions: awaited, dueAtMs: due.wallMs, due }, { run, keys: [`waits:${task}`] }),
    ]);
  if (!isPast(due, now)) return false;
  throw new Fault('CONDITION_AWAITED', `${task} has waited ${durationText(waitMs)} for ${awaited.join(' and ')}.`, {
    hints: [
      ...awaited.map((name) => `orchestrate conditions set ${name} --because "<why>"`),
      `orchestrate runs resume ${run}   (waits for as long again)`,
    ],
    state: 'The step has not begun; the branch and production are as they were.',
    data: { task, conditions: awaited },
  });
}

/** Runs whose next step waits for a condition: somebody has to look again. */
export const waitingRuns = (engine: Engine): readonly string[] => [
  ...new Set(
    engine.host
      .all('task')
      .filter(({ subject, state }) => state === 'waiting' && engine.ledger.latest(`waits:${subject}`) !== undefined)
      .map(({ subject }) => subject.slice(0, subject.indexOf('.')))
      .filter((run) => engine.host.find(run)?.state === 'executing'),
  ),
];

/** What the step waits for since it began to, or since the person let the run go on. */
function waitOf(engine: Engine, { run, task }: { readonly run: string; readonly task: string }) {
  const entry = engine.ledger.latest(`waits:${task}`);
  const resumedRow = engine.ledger.latest(`resume-of:${run}`)?.seq ?? 0;
  return entry !== undefined && entry.seq > resumedRow ? dataOf('step.waits', entry) : undefined;
}
