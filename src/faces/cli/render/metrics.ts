import type { metrics } from '../../../app/operations/metrics.ts';
import { spanText, timeText } from '../../../app/views/text.ts';
import { dim, type Line, strong } from '../line.ts';

type Found = Awaited<ReturnType<(typeof metrics)['run']>>;

/** Renders `metrics`: a chart for each series, with its newest value, its range and how it moves. */
export function renderMetrics({ sinceMs, untilMs, stepMs, intervalMs, series }: Found): readonly Line[] {
  if (series.length === 0)
    return [
      `Nothing was measured since ${timeText(sinceMs)}: it is while a supervisor runs, every ${spanText(intervalMs)}.`,
    ];
  const width = Math.max(...series.map((one) => one.series.length));
  const newest = Math.max(...series.map((one) => one.newest.text.length));
  return [
    [dim(`${timeText(sinceMs)} to ${timeText(untilMs)}, a bar is ${spanText(stepMs)}`)],
    '',
    ...series.flatMap((one): readonly Line[] => [
      [strong(one.series.padEnd(width)), '  ', one.newest.text.padStart(newest), '  ', one.chart],
      [dim(`${' '.repeat(width + newest + 4)}${one.range} · ${one.trend.text}`)],
    ]),
  ];
}
