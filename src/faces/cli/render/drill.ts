import type { DrillView } from '../../../app/views/drill-view.ts';
import type { RunView } from '../../../app/views/run-view.ts';
import { spanText, timeText } from '../../../app/views/text.ts';
import { bad, dim, good, type Line, strong } from '../line.ts';
import { renderRun } from './run.ts';
import { rowsText } from './words.ts';

/** Renders `restore drill`: seconds and what was seen of each part, and what was not proven. */
export function renderDrill(view: RunView): readonly Line[] {
  const { drill, run } = view;
  if (drill === null || view.waiting !== null || !view.isFinal) return renderRun(view);
  if (!drill.comesBack) return [...partLines(drill), ...renderRun(view)];
  return [
    ...partLines(drill),
    ...drill.notProven.map((one) => [dim(`not proven: ${one}`)] satisfies Line),
    [good('It comes back: '), strong(drill.point), ` in ${spanText(drill.durationMs)}`, dim(rowsText([drill.row]))],
    `${run} changed nothing.`,
  ];
}

const partLines = ({ parts }: DrillView): readonly Line[] =>
  parts.map(({ part, durationMs, sentence }) => [
    strong(part.padEnd(10)),
    spanText(durationMs).padStart(7),
    `  ${sentence}`,
  ]);

/** The newest drill of a restore point, in one line. */
export function drillLine(drill: DrillView | null): Line {
  if (drill === null) return [dim('never drilled: that it comes back is not proven')];
  const when = dim(` (${timeText(drill.atMs)}, ${drill.run}${rowsText([drill.row])})`);
  return drill.comesBack
    ? [good('drilled: '), `it came back in ${spanText(drill.durationMs)}`, when]
    : [bad('drilled: '), `it did not come back: ${drill.fault?.message ?? 'no reason on record'}`, when];
}
