import type { healthHistory } from '../../../app/operations/health-history.ts';
import { roomText, timeText } from '../../../app/views/text.ts';
import { dim, good, type Line, type Span, warn } from '../line.ts';
import { table } from './table.ts';
import { rowsText, sentenceCase } from './words.ts';

type Found = Awaited<ReturnType<(typeof healthHistory)['run']>>;
type Day = Found['days'][number];

/** Renders `health history`: a line a day, then what moved. */
export function renderHealthHistory({ days, moves }: Found): readonly Line[] {
  return [
    ...(days.length === 0
      ? ['Nothing was measured in that time: it is while a supervisor runs.']
      : table(
          ['day', 'production answered', 'in', 'slowest', 'least disk', 'least memory', 'measured'],
          days.map((day) => [
            ...[day.day, answeredSpan(day), latencyText(day.latencyMs), latencyText(day.slowestMs)],
            ...[sizeText(day.leastDiskBytes), sizeText(day.leastMemoryBytes), `${day.measured}×`],
          ]),
        )),
    ...(moves.length === 0 ? [] : ['']),
    ...moves.map(({ atMs, row, sentence }): Line => [
      dim(`${timeText(atMs)}  `),
      sentenceCase(sentence),
      dim(rowsText([row])),
    ]),
  ];
}

function answeredSpan({ answered }: Day): Span {
  if (answered === null) return dim('-');
  // What is rounded to 100 % would hide a look without an answer.
  const percent = answered === 1 ? '100' : (Math.floor(answered * 1_000) / 10).toFixed(1);
  return answered === 1 ? good(`${percent} %`) : warn(`${percent} %`);
}

const latencyText = (ms: number | null): string => (ms === null ? '-' : `${Math.round(ms)} ms`);
const sizeText = (bytes: number | null): string => (bytes === null ? '-' : roomText(bytes));
