import { z } from 'zod';

import type { FaultRecord } from '../../base/fault.ts';
import type { Json } from '../../base/json.ts';
import { itemText } from '../../domain/plans/expand.ts';
import { takenBackBy } from '../../domain/plans/take-back.ts';
import type { Entry } from '../../ports/index.ts';
import { faultSchema } from './fault-view.ts';
import { rowOf } from './journal-reader.ts';
import { stateOfEntry } from './machine-state.ts';
import type { PlanView } from './plan-view.ts';

/** A step of a run as outputs carry it. */
export const stepSchema = z.object({
  id: z.string().describe('Its id in the plan.'),
  title: z.string().describe('What it does.'),
  state: z.string().describe('Where it is: `waiting`, `executing`, `done`, `failed` …'),
  attempt: z.number().describe('Try that it is at, from 1.'),
  sentence: z.string().nullable().describe('What it reported when it was done; null: nothing yet.'),
  note: z.string().nullable().describe('Newest progress inside the step.'),
  waits: z
    .object({
      conditions: z.array(z.string()).describe('Conditions that do not hold yet.'),
      dueAtMs: z.number().describe('When the run pauses and asks, in milliseconds since 1970.'),
      row: z.number().describe('Journal row that says so.'),
    })
    .nullable()
    .describe('What it waits for before it begins; null: nothing.'),
  startedAtMs: z.number().nullable().describe('When it began, in milliseconds since 1970.'),
  durationMs: z.number().nullable().describe('How long it took; null while it is not done.'),
  fault: faultSchema.nullable().describe('Why it failed or waits, or null.'),
  row: z.number().nullable().describe('Journal row that holds its report.'),
});
export type StepView = z.infer<typeof stepSchema>;

interface Draft {
  state: string;
  attempt: number;
  sentence: string | null;
  note: string | null;
  waits: StepView['waits'];
  startedAtMs: number | null;
  durationMs: number | null;
  fault: FaultRecord | null;
  row: number | null;
}

/** Returns the steps of the plan in order, as far as the rows of the run tell. */
export function stepViews(run: string, plan: PlanView | null, entries: Iterable<Entry>): StepView[] {
  const rows = [...entries];
  const drafts = new Map<string, Draft>();
  for (const entry of rows) readEntry(run, entry, drafts);
  return carriedOut(run, plan, rows).map(({ id, title }) => ({ id, title, ...(drafts.get(id) ?? emptyDraft()) }));
}

/** The steps of the plan, each thing of a list by itself once it is known, and at the end those that take others back. */
function carriedOut(
  run: string,
  plan: PlanView | null,
  rows: readonly Entry[],
): readonly Pick<StepView, 'id' | 'title'>[] {
  const lists = new Map<string, readonly Json[]>();
  const takingBack: string[] = [];
  for (const entry of rows) {
    const expanded = rowOf('step.expanded', entry);
    if (expanded !== undefined) lists.set(stepOfTask(run, expanded.data.task) ?? '', expanded.data.items);
    const begun = rowOf('run.takesBack', entry);
    if (begun !== undefined) takingBack.push(...begun.data.tasks.map((task) => stepOfTask(run, task) ?? task));
  }
  const steps = (plan?.steps ?? []).flatMap(({ id, title }) =>
    (lists.get(id) ?? []).length === 0
      ? [{ id, title }]
      : (lists.get(id) ?? []).map((item, index) => ({
          id: `${id}.${index + 1}`,
          title: `${title} (${itemText(item)})`,
        })),
  );
  const titleOf = (id: string): string => steps.find((step) => step.id === takenBackBy(id))?.title ?? id;
  return [...steps, ...takingBack.map((id) => ({ id, title: `Take back: ${titleOf(id)}` }))];
}

const emptyDraft = (): Draft => ({
  state: 'waiting',
  attempt: 1,
  sentence: null,
  note: null,
  waits: null,
  startedAtMs: null,
  durationMs: null,
  fault: null,
  row: null,
});

function readEntry(run: string, entry: Entry, drafts: Map<string, Draft>): void {
  const draftOf = (task: string): Draft | undefined => {
    const step = stepOfTask(run, task);
    if (step === undefined) return undefined;
    const draft = drafts.get(step) ?? emptyDraft();
    drafts.set(step, draft);
    return draft;
  };
  const moved = stateOfEntry(entry);
  const draft = moved === undefined ? undefined : draftOf(moved.subject);
  if (moved !== undefined && draft !== undefined) {
    if (moved.state === 'leasing') draft.startedAtMs = moved.atMs;
    if (moved.state === 'spawning' && draft.state !== 'leasing') draft.attempt += 1;
    draft.state = moved.state;
    draft.waits = null;
    draft.fault = moved.fault ?? (moved.state === 'failed' ? draft.fault : null);
    if (moved.state === 'failed' && draft.startedAtMs !== null) draft.durationMs = moved.atMs - draft.startedAtMs;
  }
  const reported = rowOf('step.reported', entry);
  const done = reported === undefined ? undefined : draftOf(reported.data.task);
  if (reported !== undefined && done !== undefined) {
    done.sentence = reported.data.sentence;
    done.durationMs = reported.data.durationMs;
    done.row = reported.seq;
  }
  const waits = rowOf('step.waits', entry);
  const waiting = waits === undefined ? undefined : draftOf(waits.data.task);
  if (waits !== undefined && waiting !== undefined)
    waiting.waits = { conditions: [...waits.data.conditions], dueAtMs: waits.data.dueAtMs, row: waits.seq };
  const skipped = rowOf('step.skipped', entry);
  const left = skipped === undefined ? undefined : draftOf(skipped.data.task);
  if (skipped !== undefined && left !== undefined) {
    left.sentence = `left out: ${skipped.data.because}`;
    left.row = skipped.seq;
  }
  const stays = rowOf('step.notTakenBack', entry);
  const untaken = stays === undefined ? undefined : draftOf(stays.data.task);
  if (stays !== undefined && untaken !== undefined) {
    untaken.fault = stays.data.fault;
    untaken.row = stays.seq;
  }
  const asked = rowOf('step.asked', entry);
  const person = asked === undefined ? undefined : draftOf(asked.data.task);
  if (asked !== undefined && person !== undefined) person.note = `waits for your yes: ${asked.data.text}`;
  const noted = rowOf('step.noted', entry);
  const busy = noted === undefined ? undefined : draftOf(noted.data.task);
  if (noted !== undefined && busy !== undefined) busy.note = noted.data.sentence;
}

/** Returns `lock` for (`r1`, `r1.lock`), or undefined when the subject is no task of the run. */
export function stepOfTask(run: string, subject: string): string | undefined {
  return subject.startsWith(`${run}.`) ? subject.slice(run.length + 1) : undefined;
}
