import { z } from 'zod';

import { type Advice, adviceOf } from '../domain/services/advice.ts';
import type { Moves } from '../domain/services/moves.ts';
import { defineAction, type StepReport } from './_context.ts';
import { seenText } from './_seen-text.ts';
import { mergeSuspect } from './merge-suspect.ts';
import { modelsFind } from './models-find.ts';
import { restoreUndo } from './restore-undo.ts';
import { serviceDraw } from './service-draw.ts';
import { serviceLook } from './service-look.ts';
import { spaceTrim } from './space-trim.ts';

/** Advice that the sentence of the step names; the report has all. */
const nNamed = 4;

const output = z.object({
  /** Production answers, was seen to get on or has no work, and drew where it was asked to. */
  isServing: z.boolean(),
  sentence: z.string(),
  /** What somebody can do next, most pressing first. */
  next: z.array(z.object({ sentence: z.string(), command: z.string() })),
});

/**
 * Says what came of an emergency by the last look of the run, and what is left for somebody to do, with what to type. Reads the reports of
 * the steps before it alone; changes nothing.
 */
export const incidentAdvise = defineAction({
  id: 'incident.advise',
  summary: 'Say what came of it, and what is left to do',
  effect: 'read',
  input: z.object({}),
  output,
  async run({ before }) {
    const look = lastOf(before, serviceLook);
    if (look === undefined) return { isServing: false, sentence: 'nobody looked at production', next: [] };
    const { seen, findings } = look;
    const next = [...undoAdvice(before), ...modelAdvice(before), ...adviceOf(findings, seen), ...trashAdvice(before)];
    const failure = lastOf(before, serviceDraw)?.failure ?? null;
    const isMoving = seen.moves === 'idle' || seen.moves === 'yes';
    const isServing = seen.state === 'answers' && isMoving && failure === null;
    const why = failure === null ? stands[seen.moves] : `: it does not draw (${failure})`;
    return { isServing, sentence: `${seenText(seen)}${isServing ? '' : `; it does not serve${why}`}`, next };
  },
  describe: ({ sentence, next }) =>
    [
      sentence,
      ...(next.length === 0
        ? ['nothing is left to do']
        : next.slice(0, nNamed).map((one) => `${one.sentence} → ${one.command}`)),
      ...(next.length > nNamed ? [`${next.length - nNamed} more`] : []),
    ].join('; '),
});

const stands: Readonly<Record<Moves, string>> = {
  ...{ idle: '', yes: '' },
  no: ': its queue stands still',
  unclear: ': nobody saw its prompt get on',
};

/** The newest report of an action, as its schema reads it. */
function lastOf<Output>(
  before: readonly StepReport[],
  { id, output: schema }: { readonly id: string; readonly output: z.ZodType<Output> },
): Output | undefined {
  const report = before.findLast(({ action }) => action === id);
  return report === undefined ? undefined : schema.safeParse(report.output).data;
}

/** What was taken back already is not told once more; what failed or waits is. */
function undoAdvice(before: readonly StepReport[]): readonly Advice[] {
  const suspect = lastOf(before, mergeSuspect);
  const undo = lastOf(before, restoreUndo);
  if (suspect === undefined || undo?.state === 'done') return [];
  if (undo !== undefined)
    return [
      {
        sentence: `${undo.run} was to take ${suspect.point} back, and is ${undo.state}.`,
        command: `orchestrate runs show ${undo.run}`,
      },
    ];
  if (suspect.isSuspect)
    return [{ sentence: `Trouble began after ${suspect.point}: take it back.`, command: 'orchestrate undo' }];
  if (suspect.point === null) return [];
  return [{ sentence: 'Find the merge that broke it, by trying.', command: 'orchestrate restore bisect' }];
}

const modelAdvice = (before: readonly StepReport[]): readonly Advice[] =>
  (lastOf(before, modelsFind)?.models ?? []).map(({ name, workflows, here, like }) => ({
    sentence: [
      `${workflows.length === 0 ? 'A workflow' : workflows.join(' and ')} asks for ${name}:`,
      here !== null
        ? `it lies at ${here}; the service may read other folders.`
        : like.length === 0
          ? 'nothing is named like it; download it.'
          : `${like.join(', ')} ${like.length === 1 ? 'is' : 'are'} named like it.`,
    ].join(' '),
    command: 'orchestrate diagnose',
  }));

function trashAdvice(before: readonly StepReport[]): readonly Advice[] {
  const bytes = lastOf(before, spaceTrim)?.trashBytes ?? 0;
  return bytes === 0 ? [] : [{ sentence: 'Only a person empties the trash.', command: 'orchestrate trash empty' }];
}
