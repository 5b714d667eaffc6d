import type { FaultRecord } from '../../base/fault.ts';
import type { Json } from '../../base/json.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import { describePlan } from '../../domain/plans/describe.ts';
import { itemText } from '../../domain/plans/expand.ts';
import type { Entry } from '../../ports/index.ts';
import { entrySentence } from './journal-line.ts';
import { rowOf } from './journal-reader.ts';
import { stateOfEntry } from './machine-state.ts';
import { gateStage, mergeStage, switchStage, type StageView } from './stage-view.ts';
import { stepOfTask } from './step-view.ts';

/** What a row of a run means to somebody who watches it. `n` numbers steps and stages from 1. */
export type ProgressEvent =
  | { readonly kind: 'run'; readonly run: string; readonly goal: string }
  | { readonly kind: 'plan'; readonly run: string; readonly lines: readonly string[]; readonly ids: readonly string[] }
  | { readonly kind: 'started'; readonly n: number; readonly id: string; readonly title: string; readonly atMs: number }
  | { readonly kind: 'note'; readonly id: string; readonly sentence: string }
  /** A step waits for conditions before it begins. */
  | { readonly kind: 'waits'; readonly id: string; readonly sentence: string }
  /** What the run's agents said to others, and what they were told. */
  | { readonly kind: 'mail'; readonly sentence: string }
  | {
      readonly kind: 'done';
      readonly n: number;
      readonly id: string;
      readonly ok: boolean;
      readonly durationMs: number | null;
      readonly sentence: string;
    }
  | { readonly kind: 'retry'; readonly id: string; readonly fault: FaultRecord }
  | { readonly kind: 'parked'; readonly id: string; readonly fault: FaultRecord }
  | {
      readonly kind: 'review';
      readonly change: string;
      readonly reviewer: string;
      readonly by: string;
      readonly verdict: string;
      readonly nYes: number;
      readonly nAsked: number;
    }
  | { readonly kind: 'found'; readonly sentence: string };

/** Reads the rows of one run in order and tells what each means. */
export interface ProgressReader {
  read(entry: Entry): readonly ProgressEvent[];
}

/** Returns a reader for the rows of the run. It keeps what it has seen; a row that was read before gives nothing. */
export function progressOf(run: string): ProgressReader {
  const seen: Seen = {
    run,
    steps: [],
    titles: new Map(),
    stages: [],
    startedAtMs: new Map(),
    change: null,
    merge: [],
    lastSeq: 0,
  };
  return {
    read: (entry) => {
      if (entry.seq <= seen.lastSeq) return [];
      seen.lastSeq = entry.seq;
      return tell(entry, seen);
    },
  };
}

interface Seen {
  readonly run: string;
  steps: readonly string[];
  readonly titles: Map<string, string>;
  readonly stages: string[];
  readonly startedAtMs: Map<string, number>;
  change: string | null;
  readonly merge: Parameters<typeof mergeStage>[0];
  lastSeq: number;
}

function tell(entry: Entry, seen: Seen): readonly ProgressEvent[] {
  const stage = gateStage(entry) ?? mergeStage(seen.merge, entry) ?? switchStage(entry);
  if (stage !== undefined) return [stageDone(stage, seen)];
  return tellRow(entry, seen) ?? tellMove(entry, seen);
}

function stageDone({ id, ok, durationMs, sentence }: StageView, seen: Seen): ProgressEvent {
  return { kind: 'done', n: numberOf(id, seen), id, ok, durationMs, sentence };
}

function tellRow(entry: Entry, seen: Seen): readonly ProgressEvent[] | undefined {
  const created = rowOf('run.created', entry);
  if (created !== undefined) return [{ kind: 'run', run: created.data.run, goal: created.data.goal }];
  // A model takes its time: what it is asked for is told at once.
  if (rowOf('plan.asked', entry) !== undefined || rowOf('plan.drafted', entry) !== undefined)
    return [{ kind: 'found', sentence: entrySentence(entry) }];
  const made = rowOf('plan.made', entry);
  if (made !== undefined) {
    const { plan, run } = made.data;
    seen.steps = plan.steps.map(({ id }) => id);
    for (const { id, title } of plan.steps) seen.titles.set(id, title);
    return [{ kind: 'plan', run, lines: describePlan({ ...plan, steps: [] }), ids: seen.steps }];
  }
  const noted = rowOf('step.noted', entry);
  if (noted !== undefined)
    return [
      { kind: 'note', id: stepOfTask(seen.run, noted.data.task) ?? noted.data.task, sentence: noted.data.sentence },
    ];
  const probed = rowOf('restore.probed', entry);
  if (probed !== undefined)
    return [
      { kind: 'note', id: stepOfTask(seen.run, probed.data.task) ?? probed.data.task, sentence: entrySentence(entry) },
    ];
  const waits = rowOf('step.waits', entry);
  if (waits !== undefined) {
    const id = stepOfTask(seen.run, waits.data.task) ?? waits.data.task;
    return [{ kind: 'waits', id, sentence: entrySentence(entry) }];
  }
  if (entry.kind === 'bus.sent' || entry.kind === 'bus.acked')
    return [{ kind: 'mail', sentence: entrySentence(entry) }];
  const reported = rowOf('step.reported', entry);
  if (reported !== undefined) {
    const id = stepOfTask(seen.run, reported.data.task) ?? reported.data.task;
    return [
      {
        kind: 'done',
        n: numberOf(id, seen),
        id,
        ok: true,
        durationMs: reported.data.durationMs,
        sentence: reported.data.sentence,
      },
    ];
  }
  const skipped = rowOf('step.skipped', entry);
  if (skipped !== undefined) return [{ kind: 'found', sentence: entrySentence(entry) }];
  const expanded = rowOf('step.expanded', entry);
  if (expanded !== undefined) {
    const { task, items } = expanded.data;
    addItems(stepOfTask(seen.run, task) ?? task, items, seen);
    return [{ kind: 'found', sentence: entrySentence(entry) }];
  }
  const answered = rowOf('review.answered', entry);
  if (answered !== undefined) {
    const { change, reviewer, by, verdict, questions } = answered.data;
    const asked = questions.filter((one) => one.verdict !== 'not-applicable');
    return [
      {
        kind: 'review',
        change,
        reviewer: by.kind === 'person' ? by.name : reviewer,
        by: by.kind,
        verdict,
        nYes: asked.filter((one) => one.verdict === 'yes').length,
        nAsked: asked.length,
      },
    ];
  }
  if (rowOf('review.unanswered', entry) !== undefined) return [{ kind: 'found', sentence: entrySentence(entry) }];
  // It is asked while others are at work: whoever watches may answer at once.
  if (rowOf('step.asked', entry) !== undefined)
    return [{ kind: 'found', sentence: `${entrySentence(entry)} · orchestrate runs approve ${seen.run}` }];
  const beside = besideTheSteps(entry);
  if (beside !== undefined) return [beside];
  const drafted = rowOf('change.drafted', entry);
  if (drafted !== undefined) seen.change = drafted.data.change;
  return undefined;
}

/** From here on the step is counted as what it became. */
function addItems(id: string, items: readonly Json[], seen: Seen): void {
  const became = items.map((_, index) => `${id}.${index + 1}`);
  for (const [index, item] of items.entries())
    seen.titles.set(`${id}.${index + 1}`, `${seen.titles.get(id) ?? id} (${itemText(item)})`);
  seen.steps = seen.steps.flatMap((step) => (step === id ? became : [step]));
}

/** What happens to production, the graphics card and the queue while a run is at work. */
function besideTheSteps(entry: Entry): ProgressEvent | undefined {
  const isTold =
    rowOf('graphics.returned', entry) !== undefined ||
    rowOf('step.answered', entry) !== undefined ||
    rowOf('run.takesBack', entry) !== undefined ||
    rowOf('step.notTakenBack', entry) !== undefined ||
    rowOf('queue.waited', entry) !== undefined ||
    (rowOf('graphics.lent', entry)?.data.freed ?? null) !== null ||
    hasProblems(rowOf('queue.restored', entry)?.data);
  if (isTold) return { kind: 'found', sentence: entrySentence(entry) };
  if (rowOf('prompt.awaited', entry) === undefined) return undefined;
  return { kind: 'note', id: 'switch', sentence: entrySentence(entry) };
}

const hasProblems = (restored: JournalKinds['queue.restored'] | undefined): boolean =>
  restored !== undefined && restored.partly.length + restored.refused.length > 0;

function tellMove(entry: Entry, seen: Seen): readonly ProgressEvent[] {
  const moved = stateOfEntry(entry);
  if (moved === undefined) return [];
  const step = stepOfTask(seen.run, moved.subject);
  if (step !== undefined) return tellStep(step, moved, seen);
  if (moved.subject !== seen.change) return [];
  const stage = startOfStage[moved.state];
  if (stage !== undefined) return [started(stage, stageTitles[stage], moved.atMs, seen)];
  return [];
}

function tellStep(
  step: string,
  { state, fault, atMs }: { state: string; fault: FaultRecord | null; atMs: number },
  seen: Seen,
): readonly ProgressEvent[] {
  if (state === 'leasing') return [started(step, seen.titles.get(step) ?? step, atMs, seen)];
  if (state === 'retrying' && fault !== null) return [{ kind: 'retry', id: step, fault }];
  if (state === 'parked' && fault !== null) return [{ kind: 'parked', id: step, fault }];
  if (state !== 'compensating' || fault === null) return [];
  const startedAtMs = seen.startedAtMs.get(step);
  return [
    {
      kind: 'done',
      n: numberOf(step, seen),
      id: step,
      ok: false,
      durationMs: startedAtMs === undefined ? null : atMs - startedAtMs,
      sentence: fault.message,
    },
  ];
}

const startOfStage: Readonly<Record<string, 'gate' | 'merge' | 'switch'>> = {
  gating: 'gate',
  regating: 'gate',
  merging: 'merge',
  merged: 'switch',
};
const stageTitles = { gate: 'Prove the exact tree', merge: 'Merge', switch: 'Switch production' } as const;

function started(id: string, title: string, atMs: number, seen: Seen): ProgressEvent {
  seen.startedAtMs.set(id, atMs);
  return { kind: 'started', n: numberOf(id, seen), id, title, atMs };
}

/** Steps have their number from the plan; stages are numbered after them as they come. */
function numberOf(id: string, seen: Seen): number {
  const step = seen.steps.indexOf(id);
  if (step >= 0) return step + 1;
  if (!seen.stages.includes(id)) seen.stages.push(id);
  return seen.steps.length + seen.stages.indexOf(id) + 1;
}
