import type { usage } from '../../../app/operations/usage.ts';
import { countText, roomText, spanText, timeText } from '../../../app/views/text.ts';
import { dim, type Line, strong, warn } from '../line.ts';
import { table } from './table.ts';

type Found = Awaited<ReturnType<(typeof usage)['run']>>;
type Workflow = Found['workflows'][number];
type Counted = Pick<Workflow, 'times' | 'nFailed' | 'seconds' | 'lastAtMs'>;

/** Rows of a table; the rest is counted. */
const maxShown = 20;

/** Renders `usage`: what was used, what was not, and what comes of it. */
export function renderUsage({
  sinceMs,
  countedSinceMs,
  notCounted,
  models,
  workflows,
  unused,
  forecast,
}: Found): readonly Line[] {
  const since = dayText(sinceMs);
  return [
    ...(notCounted === null ? [] : [[warn(`The history was not looked at now: ${notCounted}.`)] satisfies Line]),
    [
      dim(
        countedSinceMs === null
          ? 'Nothing was counted so far.'
          : `Since ${since}; counted since ${timeText(countedSinceMs)}.`,
      ),
    ],
    '',
    ...listed('workflow', workflows, nameOfWorkflow),
    '',
    ...listed('model', models, ({ name }) => name),
    '',
    ...unusedLines(unused, since),
    '',
    `Disk of the models: ${forecast.disk}.`,
    `Time of the service: ${forecast.time}.`,
  ];
}

function listed<One extends Counted>(what: string, all: readonly One[], nameOf: (one: One) => string): readonly Line[] {
  if (all.length === 0) return [`No ${what} was used.`];
  return [
    ...table(
      [what, 'times', 'failed', 'time', 'last'],
      all
        .slice(0, maxShown)
        .map((one) => [
          ...[strong(nameOf(one)), String(one.times), one.nFailed === 0 ? '-' : warn(String(one.nFailed))],
          ...[spanText(one.seconds * 1_000), timeText(one.lastAtMs)],
        ]),
    ),
    ...(all.length > maxShown ? [`… and ${all.length - maxShown} more: --json`] : []),
  ];
}

/** What nobody declared is shown by what is particular in it. */
const nameOfWorkflow = ({ name, classes, shape }: Workflow): string =>
  name ?? `${shape.slice(0, 6)}, not in workflows/ (${countText(classes.length, 'node class', 'node classes')})`;

function unusedLines({ isKnown, files, sizeBytes, nFiles, notSeen }: Found['unused'], since: string): readonly Line[] {
  return [
    nFiles === 0
      ? 'No model file was found.'
      : `${files.length} of ${countText(nFiles, 'model file')} not used since ${since}: ${roomText(sizeBytes)}.`,
    ...(isKnown || files.length === 0
      ? []
      : [[warn('Counting began later: they may have been used before.')] satisfies Line]),
    ...files.slice(0, maxShown).map((one): Line => [`  ${roomText(one.sizeBytes).padStart(8)}  `, one.path]),
    ...(files.length > maxShown ? [`  … and ${files.length - maxShown} more: --json`] : []),
    ...(notSeen.length === 0
      ? []
      : [[dim(`Not looked into: ${notSeen.slice(0, 3).join(', ')}${notSeen.length > 3 ? ' …' : ''}`)] satisfies Line]),
  ];
}

const dayText = (atMs: number): string => timeText(atMs).slice(0, 10);
