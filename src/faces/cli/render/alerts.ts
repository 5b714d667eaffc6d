import type { SuppressionsView } from '../../../app/operations/_alerts.ts';
import type { AlertView } from '../../../app/views/alert-view.ts';
import { countText, listText, timeText } from '../../../app/views/text.ts';
import { bad, dim, good, strong, warn, type Line, type Span } from '../line.ts';
import { table } from './table.ts';
import { rowsText } from './words.ts';

/** Renders `alerts list`: what follows from another stands below it. */
export function renderAlerts({ alerts }: { readonly alerts: readonly AlertView[] }): readonly Line[] {
  if (alerts.length === 0) return [[good('✓'), ' Nothing is open.']];
  const listed = new Set(alerts.map(({ alert }) => alert));
  const roots = alerts.filter(({ cause }) => cause === null || !listed.has(cause));
  const below = (cause: string, depth: number): readonly Span[][] =>
    alerts
      .filter((one) => one.cause === cause)
      .flatMap((one) => [cells(one, depth), ...(depth < 4 ? below(one.alert, depth + 1) : [])]);
  const rows = roots.flatMap((one) => [cells(one, 0), ...below(one.alert, 1)]);
  return [
    ...table(['', 'alert', 'about', 'since', 'seen', ''], rows),
    '',
    [dim('orchestrate alerts show <alert> · ack <alert> · resolve <alert>')],
  ];
}

function cells(one: AlertView, depth: number): Span[] {
  const state = one.state === 'open' && one.suppressedBy !== null ? `suppressed by ${one.suppressedBy}` : one.state;
  return [
    severitySpan(one),
    `${'  '.repeat(depth)}${depth === 0 ? '' : '↳ '}${one.alert}`,
    strong(one.key),
    timeText(one.raisedAtMs),
    `${one.times}×`,
    `${state === 'open' ? '' : `${state}: `}${one.sentence}`,
  ];
}

const severitySpan = ({ severity, state }: AlertView): Span => {
  if (state === 'resolved') return dim(severity);
  return severity === 'critical' ? bad(severity) : severity === 'warning' ? warn(severity) : dim(severity);
};

/** Renders one that was moved. */
export const renderAlert = (one: AlertView): readonly Line[] => [
  [
    severitySpan(one),
    ' ',
    strong(one.key),
    ' ',
    one.alert,
    ` is ${one.state}`,
    dim(rowsText([one.ended?.row ?? one.row])),
  ],
  one.sentence,
];

interface Shown extends AlertView {
  readonly told: readonly { readonly target: string; readonly occasion: string; readonly atMs: number }[];
  readonly notTold: readonly { readonly target: string; readonly reason: string; readonly nextAtMs: number | null }[];
}

/** Renders `alerts show`. */
export function renderAlertShow(one: Shown): readonly Line[] {
  return [
    ...renderAlert(one),
    '',
    `since ${timeText(one.raisedAtMs)}, seen ${countText(one.times, 'time')}${one.flaps ? '; it comes and goes' : ''}`,
    ...one.evidence.map((line): Line => ['  ', line]),
    ...(one.again === null ? [] : [`It comes again within a day, after ${one.again}.`]),
    ...(one.escalatedFrom === null ? [] : [`It was ${one.escalatedFrom} the first time.`]),
    ...(one.cause === null ? [] : [`It follows from ${one.cause} and is told with it.`]),
    ...(one.follows.length === 0
      ? []
      : [`${listText(one.follows)} ${one.follows.length === 1 ? 'follows' : 'follow'} from it.`]),
    ...(one.suppressedBy === null ? [] : [`Nobody is told: ${one.suppressedBy}.`]),
    ...(one.acknowledgedBy === null ? [] : [`${one.acknowledgedBy} has seen it.`]),
    ...one.told.map(({ target, occasion, atMs }): Line => [
      good('✓'),
      ` ${target} was told (${occasion}) ${timeText(atMs)}`,
    ]),
    ...one.notTold.map(({ target, reason, nextAtMs }): Line => [
      bad('✗'),
      ` ${target}: ${reason.replace(/\.$/, '')}${nextAtMs === null ? '' : `; again ${timeText(nextAtMs)}`}`,
    ]),
    ...(one.ended === null
      ? []
      : [
          `Over ${timeText(one.ended.atMs)}, ${one.ended.by === null ? 'by what was seen' : `says ${one.ended.by}`}${one.ended.evidence.length === 0 ? '' : `: ${listText(one.ended.evidence)}`}`,
        ]),
    ...(one.hints.length === 0 || one.ended !== null
      ? []
      : ['', ...one.hints.map((hint): Line => ['  ', strong(hint)])]),
  ];
}

/** Renders suppressions. */
export function renderSuppressions({ suppressions }: SuppressionsView): readonly Line[] {
  if (suppressions.length === 0) return ['Nothing is suppressed.'];
  return table(
    ['', 'alerts', 'until', 'says', 'why'],
    suppressions.map(({ id, match, untilMs, reason, by }): Span[] => [
      id,
      strong(match),
      timeText(untilMs),
      by,
      reason,
    ]),
  );
}

/** Renders `alerts test`. */
export const renderAlertsTest = ({
  targets,
}: {
  readonly targets: readonly { readonly name: string; readonly arrived: boolean; readonly reason: string | null }[];
}): readonly Line[] =>
  targets.map(({ name, arrived, reason }): Line => [
    arrived ? good('✓') : bad('✗'),
    ' ',
    strong(name),
    arrived ? ' was told' : `: ${reason ?? ''}`,
  ]);
