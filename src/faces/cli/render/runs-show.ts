import { costText } from '../../../app/views/cost-view.ts';
import { isStepLine } from '../../../app/views/plan-view.ts';
import type { RunView } from '../../../app/views/run-view.ts';
import { countText, listText, spanText, timeText } from '../../../app/views/text.ts';
import type { ConversationView } from '../../../app/views/transcript-view.ts';
import type { Cost } from '../../../domain/spending/cost-table.ts';
import { faultLines, nextLine } from '../failure.ts';
import { bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { planLine, stepLine } from './progress-lines.ts';
import { changeLines } from './review-show.ts';
import { renderConversations } from './transcript.ts';
import { rowsText, stateSpan } from './words.ts';

/** Renders `runs show`: everything that the journal tells of a run, each fact with its row; with `--transcript` what was said instead. */
export function renderRunsShow(
  view: RunView & {
    readonly models?: Cost | null;
    readonly conversations?: readonly ConversationView[] | undefined;
  },
): readonly Line[] {
  if (view.conversations)
    return [
      [strong(`${view.run} · ${view.goal}`), ' · ', stateSpan(view.state)],
      ...renderConversations(view.conversations),
    ];
  const { run, goal, state, by, startedAtMs, endedAtMs, plan, lease, change, fault, waiting, report } = view;
  const took = endedAtMs === null ? '' : ` · ${spanText(endedAtMs - startedAtMs)}`;
  return [
    [strong(`${run} · ${goal}`), ' · ', stateSpan(state), dim(` #${view.row}`)],
    [dim(`asked by ${by}, ${timeText(startedAtMs)}${took}`)],
    ...(view.unsandboxed && plan === null ? [[warn('! without a wall')] satisfies Line] : []),
    ...(plan === null
      ? [[dim('no plan yet')] satisfies Line]
      : [
          ...plan.lines.filter((line) => !isStepLine(line)).map(planLine),
          [dim(`plan${rowsText([plan.row])}`)] satisfies Line,
        ]),
    ...(lease === null
      ? []
      : [
          [
            `${lease.slot === null ? '' : `in ${lease.slot} `}on :${lease.port}${lease.port === lease.homePort ? '' : ` (${lease.skipped.map(({ port, why }) => `:${port} ${why}`).join(', ')})`}`,
            dim(rowsText([lease.row])),
          ] satisfies Line,
        ]),
    '',
    ...stepLines(view),
    ...modelLines(view),
    ...(change === null ? [] : ['', ...changeLines(change)]),
    ...restoreLines(view),
    ...(fault === null ? [] : ['', ...faultLines({ ...fault, hints: [] })]),
    ...(report === null ? [] : [[dim('report '), report] satisfies Line]),
    ...(waiting === null
      ? view.next === null || view.next === `orchestrate runs show ${run}`
        ? []
        : ['', nextLine(view.next)]
      : ['', [warn('! '), waiting.sentence] satisfies Line, ...waiting.commands.map(nextLine)]),
  ];
}

function modelLines({ run, models }: { readonly run: string; readonly models?: Cost | null }): readonly Line[] {
  if (models === undefined || models === null) return [];
  const tokens = models.inputUncached + models.cacheRead + models.cacheWrite5m + models.cacheWrite1h + models.output;
  return [
    [
      `language models: ${countText(models.nCalls, 'call')}, ${countText(tokens, 'token')}, ${costText(models)} `,
      dim(`orchestrate cost --run ${run} --by model`),
    ],
  ];
}

function stepLines({ steps, stages }: RunView): readonly Line[] {
  const columns = { id: Math.max(6, ...steps.map(({ id }) => id.length)) };
  const lines = steps.map((step, index) => {
    const text =
      step.fault?.message ??
      step.sentence ??
      waitText(step.waits) ??
      (step.state === 'done' ? 'not proven: it reported nothing' : (step.note ?? step.title));
    const row = step.row ?? step.waits?.row;
    const rows = row === undefined ? '' : rowsText([row]);
    const attempt = step.attempt === 1 ? '' : ` (try ${step.attempt})`;
    return [
      ...(stepLine(
        {
          n: index + 1,
          id: step.id,
          mark: stepMark(step.state),
          durationMs: step.durationMs,
          text: `${text}${attempt}`,
        },
        columns,
      ) as readonly Span[]),
      dim(rows),
    ];
  });
  const later = stages.map(({ id, ok, durationMs, sentence, rows }, index) => [
    ...(stepLine(
      { n: steps.length + index + 1, id, mark: ok ? good('✓') : bad('✗'), durationMs, text: sentence },
      columns,
    ) as readonly Span[]),
    dim(rowsText(rows)),
  ]);
  return [...lines, ...later];
}

const waitText = (waits: RunView['steps'][number]['waits']): string | undefined =>
  waits === null ? undefined : `waits for ${listText(waits.conditions)}, until ${timeText(waits.dueAtMs)} at most`;

function restoreLines({ restorePoint }: RunView): readonly Line[] {
  if (restorePoint === null) return [];
  return [
    '',
    [`made restore/${restorePoint.name} at ${restorePoint.commit.slice(0, 7)}`, dim(rowsText([restorePoint.row]))],
  ];
}

function stepMark(state: string): Span {
  if (state === 'done') return good('✓');
  if (state === 'failed') return bad('✗');
  if (state === 'parked') return warn('!');
  if (state === 'skipped') return dim('–');
  return dim(state === 'waiting' ? '·' : '…');
}
