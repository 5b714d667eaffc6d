import type { FaultRecord } from '../../base/fault.ts';
import type { JsonObject } from '../../base/json.ts';
import { dataOf, type JournalKinds } from '../journal/kinds.ts';

interface Row {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly data: JsonObject;
}

const timeOf = (atMs: number): string => new Date(atMs).toISOString().replace('T', ' ').slice(0, 19);

/** Returns a run's report as Markdown. Every line comes from a journal row, whose number stands behind it. */
export function sessionReport(options: {
  run: string;
  goal: string;
  state: string;
  fault: FaultRecord | null;
  entries: readonly Row[];
}): string {
  const { run, goal, state, fault, entries } = options;
  const lines = [`# ${run}: ${oneLine(goal)}`, '', `Ended as **${state}**.`];
  if (fault) lines.push('', `${fault.code}: ${oneLine(fault.message)}`);
  const steps = entries.flatMap((entry) => {
    const step = dataOf('step.reported', entry);
    return step
      ? [`- ${step.task} (${step.agent}, ${step.durationMs} ms): ${oneLine(step.sentence)} #${entry.seq}`]
      : [];
  });
  const reviews = entries.flatMap((entry) => {
    const review = dataOf('review.answered', entry);
    if (!review) return [];
    const facts = review.questions.map((one) => `  - ${one.question} ${one.verdict}: ${oneLine(one.facts.join(' '))}`);
    return [
      `- ${review.reviewer}: ${review.verdict} by ${oneLine(review.by.name)} (${review.by.kind}) #${entry.seq}`,
      ...facts,
    ];
  });
  const ends = entries.flatMap((entry) => endLine(entry));
  for (const [title, rows] of [
    ['Steps', steps],
    ['Review', reviews],
    ['What came of it', ends],
  ] as const) {
    if (rows.length > 0) lines.push('', `## ${title}`, '', ...rows);
  }
  return `${lines.join('\n')}\n`;
}

function endLine(entry: Row): readonly string[] {
  const restore = dataOf('restore.created', entry);
  if (restore)
    return [`- ${timeOf(entry.atMs)} restore point ${restore.tag} at ${restore.commit.slice(0, 7)} #${entry.seq}`];
  const moved = dataOf('branch.moved', entry);
  if (moved)
    return [`- ${timeOf(entry.atMs)} ${moved.ref} ${moved.from.slice(0, 7)} → ${moved.to.slice(0, 7)} #${entry.seq}`];
  const switched = dataOf('service.switched', entry);
  if (switched)
    return [
      `- ${timeOf(entry.atMs)} production: ${switched.outcome}${switched.downMs === null ? '' : `, down ${switched.downMs} ms`}${watchedOf(switched)} #${entry.seq}`,
    ];
  return [];
}

const watchedOf = ({ watched }: JournalKinds['service.switched']): string =>
  watched === undefined
    ? ''
    : `, watched ${watched.ms} ms${watched.isInterrupted ? ' with an interruption' : ''}, answers ${watched.nAnswers}`;

const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ');
