import { z } from 'zod';

import type { Moment } from '../../domain/bus/lifetime.ts';
import { environmentStable } from '../../domain/conditions/environment-stable.ts';
import { maintenanceApproved } from '../../domain/conditions/maintenance-window.ts';
import { treeOfCondition } from '../../domain/conditions/name.ts';
import { standingOf } from '../../domain/conditions/standing.ts';
import type { Definitions } from '../../domain/definitions/types.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { JournalReader } from './journal-reader.ts';
import { machineState } from './machine-state.ts';

const actorSchema = z.object({ kind: z.enum(['rule', 'program', 'model', 'person']), name: z.string() });

/** A condition as outputs carry it. */
export const conditionSchema = z.object({
  name: z.string().describe('Its tree and its name: `env-setup:environment_stable`.'),
  state: z.enum(['holds', 'unset', 'cleared', 'expired']).describe('Steps that wait for it go on only while it holds.'),
  by: actorSchema.nullable().describe('Who set or cleared it; kind `rule`: the supervisor saw it by itself.'),
  sinceMs: z.number().nullable().describe('When that was, in milliseconds since 1970.'),
  evidence: z.array(z.string()).describe('What it rests on: journal rows (`#123`), places in files, words.'),
  expiresAtMs: z.number().nullable().describe('When it is over by itself, or null: when somebody clears it.'),
  reason: z.string().nullable().describe('Why it was cleared, or null.'),
  isObserved: z.boolean().describe('The supervisor sets and clears it by what is on record.'),
  waiting: z.array(z.string()).describe('Steps that wait for it now.'),
  usedBy: z.array(z.string()).describe('Playbooks with a step that waits for it.'),
  row: z.number().nullable().describe('Journal row that says so, or null.'),
});
export type ConditionView = z.infer<typeof conditionSchema>;

/** Rows that are looked at for conditions of long ago. */
const maxRows = 10_000;

/** Returns the conditions that were ever set or that a step or playbook waits for, by name. */
export function conditionViews(reader: JournalReader, definitions: Definitions, now: Moment): ConditionView[] {
  const moved = reader
    .read({ kinds: ['condition.set', 'condition.cleared'], descending: true, limit: maxRows })
    .flatMap((entry) => dataOf('condition.set', entry)?.name ?? dataOf('condition.cleared', entry)?.name ?? []);
  const observed = [environmentStable, maintenanceApproved].filter((name) =>
    definitions.trees.has(treeOfCondition(name)),
  );
  const awaited = [...definitions.playbooks.values()].flatMap(({ steps }) => steps.flatMap(({ waitsFor }) => waitsFor));
  const waiting = waitingSteps(reader);
  const waitedFor = waiting.flatMap(({ conditions }) => conditions);
  const names = [...new Set([...moved, ...observed, ...awaited, ...waitedFor])].sort();
  return names.map((name) => {
    const standing = standingOf(reader.latest(`condition:${name}`), now);
    return {
      name,
      ...told(standing),
      isObserved: observed.includes(name),
      waiting: waiting.filter(({ conditions }) => conditions.includes(name)).map(({ task }) => task),
      usedBy: [...definitions.playbooks.values()]
        .filter(({ steps }) => steps.some(({ waitsFor }) => waitsFor.includes(name)))
        .map(({ id }) => id),
    };
  });
}

function told(
  standing: ReturnType<typeof standingOf>,
): Pick<ConditionView, 'state' | 'by' | 'sinceMs' | 'evidence' | 'expiresAtMs' | 'reason' | 'row'> {
  switch (standing.kind) {
    case 'unset':
      return { state: 'unset', by: null, sinceMs: null, evidence: [], expiresAtMs: null, reason: null, row: null };
    case 'cleared': {
      const { by, atMs, reason, row } = standing;
      return { state: 'cleared', by, sinceMs: atMs, evidence: [], expiresAtMs: null, reason, row };
    }
    case 'holds':
    case 'expired': {
      const { by, atMs, evidence, expiresAtMs, row } = standing.condition;
      const rests = [...evidence];
      return { state: standing.kind, by, sinceMs: atMs, evidence: rests, expiresAtMs, reason: null, row };
    }
  }
}

/** What a step waits for, and until when. */
export interface StepWait {
  readonly task: string;
  readonly conditions: readonly string[];
  readonly dueAtMs: number;
  readonly row: number;
}

/** Returns the steps of running runs that wait for conditions, as their rows say; the newest first. */
export function waitingSteps(reader: JournalReader): readonly StepWait[] {
  const newest = new Map<string, StepWait>();
  for (const entry of reader.read({ kinds: ['step.waits'], descending: true, limit: 1_000 })) {
    const waits = dataOf('step.waits', entry);
    if (waits === undefined || newest.has(waits.task)) continue;
    newest.set(waits.task, { ...waits, row: entry.seq });
  }
  return [...newest.values()].filter(({ task }) => isWaiting(reader, task));
}

/** Whether a step has not begun, in a run that goes on. */
function isWaiting(reader: JournalReader, task: string): boolean {
  const run = machineState(reader, task.slice(0, task.indexOf('.')));
  return run?.isFinal === false && machineState(reader, task)?.state === 'waiting';
}
