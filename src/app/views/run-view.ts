import { z } from 'zod';

import { missingText } from '../../domain/policy/standing.ts';
import type { Entry } from '../../ports/index.ts';
import { againCommand } from './again-command.ts';
import { bisectSchema, bisectView } from './bisect-view.ts';
import { changeOfRun, changeSchema, type ChangeView } from './change-view.ts';
import { costSchema } from './cost-view.ts';
import { drillSchema, drillView } from './drill-view.ts';
import { faultSchema } from './fault-view.ts';
import { entriesOf, newest, rowOf, rowsOf, type JournalReader, type Row } from './journal-reader.ts';
import { machineState, type MachineState } from './machine-state.ts';
import { nextActionSchema } from './next-action.ts';
import { planSchema, planView } from './plan-view.ts';
import { borrowedConditionSchema } from './restore-view.ts';
import { stageSchema, stageViews } from './stage-view.ts';
import { openQuestion, type StepQuestion } from './step-question.ts';
import { stepSchema, stepViews } from './step-view.ts';
import { listText } from './text.ts';

const waitingSchema = z
  .object({
    what: z
      .enum(['plan', 'step', 'review', 'changes', 'conflict', 'merge', 'paused', 'opened'])
      .describe('What has to be decided or cleared.'),
    sentence: z.string().describe('The same in plain English.'),
    commands: z.array(z.string()).describe('Commands that decide it.'),
    step: z.string().optional().describe('Where a step waits for a yes: its id.'),
  })
  .describe('What a person has to do, when the run waits for one; where a step asks, others may be at work.');
export type WaitingView = z.infer<typeof waitingSchema>;

/** The head of a run: what the list of runs shows. */
export const runHeadSchema = z.object({
  run: z.string().describe('Its id, e.g. `r12`.'),
  goal: z.string().describe('What was asked for.'),
  kind: z.enum(['work', 'undo', 'restore', 'submit', 'open']).describe('What sort of run it is.'),
  state: z.string().describe('Where it is: `executing`, `reviewing`, `done`, `failed` …'),
  isFinal: z.boolean().describe('It has ended.'),
  by: z.string().describe('Who asked for it.'),
  startedAtMs: z.number().describe('When it was asked for, in milliseconds since 1970.'),
  endedAtMs: z.number().nullable().describe('When it ended, or null.'),
  waiting: waitingSchema.nullable(),
  row: z.number().describe('Journal row that created it.'),
});
export type RunHead = z.infer<typeof runHeadSchema>;

/** A run as outputs carry it. */
export const runSchema = runHeadSchema
  .extend({
    previewOnly: z.boolean().describe('Only the plan was asked for; nothing is executed.'),
    until: z.string().nullable().describe('Last step that was asked for, or null.'),
    unsandboxed: z.boolean().describe('A person let programs of its agents work without a wall.'),
    plan: planSchema.nullable(),
    models: costSchema
      .nullable()
      .optional()
      .describe('What its language models cost; null: none was asked; absent while it goes on, but in `runs show`.'),
    lease: z
      .object({
        slot: z.string().nullable().describe('Null where only a port was needed.'),
        port: z.number(),
        homePort: z.number().nullable(),
        skipped: z.array(z.object({ port: z.number(), why: z.string() })),
        row: z.number(),
      })
      .nullable()
      .describe('Slot and port that it was given, or null.'),
    steps: z.array(stepSchema).describe('Steps of the plan.'),
    stages: z.array(stageSchema).describe('What happened to its change after the steps.'),
    change: changeSchema.nullable(),
    restorePoint: z
      .object({ name: z.string(), number: z.number(), commit: z.string(), row: z.number() })
      .nullable()
      .describe('Restore point that it made, or null.'),
    goBack: z
      .object({
        name: z.string(),
        grade: z.enum(['ready', 'offline', 'needs-network', 'borrowed', 'files']),
        condition: borrowedConditionSchema,
      })
      .nullable()
      .describe('The state before its merge and how well that comes back; null when nothing was merged.'),
    drill: drillSchema.nullable().describe('What came of its drill; null where it was none.'),
    bisect: bisectSchema.nullable().describe('What came of its bisect; null where it was none, or did not end.'),
    fault: faultSchema.nullable().describe('Why it failed, was rolled back or is paused; null when it was not.'),
    report: z.string().nullable().describe('File of its session report, or null.'),
    next: z.string().nullable().describe('The command to type next, or null.'),
    actions: z.array(nextActionSchema).describe('What can be done now, most pressing first.'),
  })
  .describe('One execution of a goal, as the journal tells it.');
export type RunView = z.infer<typeof runSchema>;

/** Returns the heads of all runs, newest first. */
export function runHeads(reader: JournalReader): RunHead[] {
  return rowsOf(reader, 'run.created')
    .map((created) => headOf(reader, created, changeOfRun(reader, created.data.run)))
    .reverse();
}

/**
 * Returns a run, or undefined when there is none of that id. `goBack` needs more than the journal: it is null; `actions`, which are
 * made from this view, are empty.
 */
export function runView(reader: JournalReader, run: string): RunView | undefined {
  const created = newest(reader, 'run.created', `run:${run}`);
  if (created === undefined) return undefined;
  const entries = [...entriesOf(reader, { run })];
  const change = changeOfRun(reader, run);
  const plan = planView(reader, run);
  const head = headOf(reader, created, change);
  const closed = newest(reader, 'run.closed', `close:${run}`);
  const restorePoint = restorePointOf(entries, run);
  const fault = head.state === 'done' ? null : (machineState(reader, run)?.fault ?? null);
  const { previewOnly, until } = created.data.options;
  return {
    ...head,
    previewOnly,
    until,
    unsandboxed: created.data.options.unsandboxed === true,
    plan,
    lease: leaseOf(entries),
    steps: stepViews(run, plan, entries),
    stages: stageViews(entries),
    change,
    restorePoint,
    goBack: null,
    drill: drillView(reader, `drill-of:${run}`),
    bisect: bisectView(reader, run),
    fault,
    report: closed?.data.report ?? null,
    next: nextCommand(head, {
      again: previewOnly ? againCommand(head.goal, created.data.options) : undefined,
      isMerged: restorePoint !== null,
      hint: fault?.hints[0] ?? null,
    }),
    actions: [],
  };
}

function headOf(reader: JournalReader, created: Row<'run.created'>, change: ChangeView | null): RunHead {
  const { run, goal, kind, by } = created.data;
  const now = machineState(reader, run);
  const question = asksInState.includes(now?.state ?? '') ? openQuestion(reader, run) : undefined;
  return {
    run,
    goal,
    kind,
    state: now?.state ?? 'previewing',
    isFinal: now?.isFinal ?? false,
    by: by.name,
    startedAtMs: created.atMs,
    endedAtMs: now?.isFinal === true ? now.atMs : null,
    waiting: now === undefined ? null : waitingOf({ run, kind, question }, now, change),
    row: created.seq,
  };
}

/** States of a run in which a question of a step can be answered. */
const asksInState: readonly string[] = ['executing', 'paused'];

/** Returns what a person has to do, or null when the run needs nobody. */
function waitingOf(
  { run, kind, question }: Pick<RunHead, 'run' | 'kind'> & { readonly question: StepQuestion | undefined },
  { state, fault }: MachineState,
  change: ChangeView | null,
): WaitingView | null {
  if (state === 'awaitingApproval')
    return {
      what: 'plan',
      sentence: `the plan of ${run} waits for your yes`,
      commands: [`orchestrate runs approve ${run}`, `orchestrate runs reject ${run}`],
    };
  if (state === 'paused' && kind === 'open' && fault === null)
    return {
      what: 'opened',
      sentence: `the slot of ${run} is yours until you give it back`,
      commands: ['orchestrate submit', `orchestrate open --close ${run}`],
    };
  const answers = [`orchestrate runs approve ${run}`, `orchestrate runs reject ${run}`];
  if (state === 'executing' && question !== undefined) {
    const { step, text } = question;
    return { what: 'step', sentence: `step ${step} of ${run} waits for your yes: ${text}`, commands: answers, step };
  }
  const step = state === 'paused' && fault?.code === 'WAITING_FOR_PERSON' ? fault.data?.['step'] : undefined;
  if (typeof step === 'string')
    return { what: 'step', sentence: `${run} is paused: ${fault?.message ?? ''}`, commands: answers, step };
  if (state === 'paused')
    return {
      what: 'paused',
      sentence: `${run} is paused${fault === null ? '' : `: ${fault.message}`}`,
      commands: [
        ...[`orchestrate runs resume ${run}`, `orchestrate runs cancel ${run}`],
        ...(question === undefined ? [] : answers),
      ],
      ...(question === undefined ? {} : { step: question.step }),
    };
  if (change === null || !change.isWaiting || !['reviewing', 'merging', 'verifying'].includes(state)) return null;
  const id = change.change;
  const reason = (change.held ?? change.fault)?.message;
  const because = reason === undefined ? '' : `: ${reason.replace(/\.$/, '')}`;
  switch (change.state) {
    case 'reviewing.deciding':
      return {
        what: 'review',
        sentence: reviewSentence(change),
        commands: [
          `orchestrate review show ${id}`,
          `orchestrate review approve ${id}`,
          `orchestrate review reject ${id}`,
        ],
      };
    case 'changesRequested':
      return {
        what: 'changes',
        sentence: `${id} waits for the changes that were asked for${askedFor(change)}`,
        commands: [
          `orchestrate review show ${id}`,
          `orchestrate review resubmit ${id}`,
          `orchestrate review reject ${id}`,
        ],
      };
    case 'conflicted':
      return {
        what: 'conflict',
        sentence:
          change.fault?.code === 'WAITING_FOR_PERSON' || change.fault?.code === 'HOME_BRANCH'
            ? `${id} waits for you before it is proven${because}`
            : `${id} conflicts with the branch${because}`,
        commands: [
          ...(change.fault?.code === 'HOME_BRANCH' ? change.fault.hints : []),
          `orchestrate review show ${id}`,
          ...(change.fault?.hints.some((hint) => hint.includes('review resubmit')) === true
            ? [`orchestrate review resubmit ${id}`]
            : []),
          `orchestrate runs resume ${run}`,
          // What was never proven is no tree that anybody could answer.
          change.gate === null ? `orchestrate runs cancel ${run}` : `orchestrate review reject ${id}`,
        ],
      };
    case 'switchHeld':
      return {
        what: 'merge',
        sentence: `${id} is merged, but production does not run it${because}`,
        commands: [...new Set([...(change.held?.hints ?? []), `orchestrate runs resume ${run}`])],
      };
    default:
      return {
        what: 'merge',
        sentence: `${id} is approved and waits to be merged${because}`,
        commands: [
          ...new Set([
            ...(change.held?.hints ?? []),
            `orchestrate runs resume ${run}`,
            `orchestrate review reject ${id}`,
          ]),
        ],
      };
  }
}

/** What the person who asked for changes wrote. */
function askedFor({ reviews }: ChangeView): string {
  const asked = reviews.find(({ reviewer }) => reviewer === 'final');
  if (asked?.verdict !== 'changes-requested') return '';
  return `, by ${asked.by.name}${asked.comment === null ? '' : `: ${asked.comment}`}`;
}

/** One person's yes may not be all: then who has given theirs, and who else could. */
function reviewSentence({ change, approvals }: ChangeView): string {
  if (approvals === null || approvals.given.length === 0) return `${change} waits for your review`;
  const missing = approvals.missing.map(missingText).join('; ');
  return `${change} has the approval of ${listText(approvals.given)} and waits for more: ${missing}`;
}

function leaseOf(entries: readonly Entry[]): RunView['lease'] {
  const taken = entries.flatMap((entry) => rowOf('lease.taken', entry) ?? []).at(-1);
  if (taken === undefined) return null;
  const { slot, port, homePort, skipped } = taken.data;
  return { slot, port, homePort, skipped: skipped.map((one) => ({ ...one })), row: taken.seq };
}

function restorePointOf(entries: readonly Entry[], run: string): RunView['restorePoint'] {
  const created = entries
    .flatMap((entry) => rowOf('restore.created', entry) ?? [])
    .findLast(({ data }) => data.manifest.run === run);
  if (created === undefined) return null;
  const { tag, number, commit } = created.data;
  return { name: tag.replace(/^restore\//, ''), number, commit, row: created.seq };
}

function nextCommand(
  head: RunHead,
  { again, isMerged, hint }: { again: string | null | undefined; isMerged: boolean; hint: string | null },
): string | null {
  if (head.waiting !== null) return head.waiting.commands[0] ?? null;
  if (!head.isFinal) return `orchestrate runs show ${head.run}`;
  if (head.state === 'done' && again !== undefined) return head.kind === 'work' ? again : null;
  if (head.state === 'done') return isMerged ? 'orchestrate undo' : null;
  return hint;
}
