import { severities, type Severity } from '../diagnosis/finding.ts';

/** An alert as a notice tells it. */
export interface Tellable {
  readonly alert: string;
  readonly key: string;
  readonly severity: Severity;
  readonly sentence: string;
  readonly evidence: readonly string[];
  readonly hints: readonly string[];
  readonly raisedAtMs: number;
  /** Times that it was seen; at least so many after a restart. */
  readonly times: number;
  readonly again: string | null;
  /** Keys of open alerts that follow from it. */
  readonly follows: readonly string[];
  /** What shows that it is over; null while it is open. */
  readonly ended: readonly string[] | null;
}

/** Plain text without a secret, and the same as data. */
export interface NoticeText {
  readonly title: string;
  readonly text: string;
  readonly severity: Severity;
  readonly key: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Alerts whose sentences stand in one notice; of more only the number is told. */
const maxTold = 20;

/** Returns the notice of one alert or of several. `about` names the installation. Nothing in it can be answered by sending something back. */
export function noticeText(
  alerts: readonly [Tellable, ...Tellable[]],
  { occasion, about }: { readonly occasion: 'opened' | 'resolved'; readonly about: string },
): NoticeText {
  const [first] = alerts;
  const severity = severities.find((one) => alerts.some((alert) => alert.severity === one)) ?? first.severity;
  const isOver = occasion === 'resolved';
  const what = alerts.length === 1 ? first.key : `${alerts.length} alerts`;
  const lines =
    alerts.length === 1
      ? oneLines(first, isOver)
      : [
          ...alerts.slice(0, maxTold).map((one) => `${one.alert} ${one.severity} ${one.key}: ${one.sentence}`),
          ...(alerts.length > maxTold ? [`and ${alerts.length - maxTold} more`] : []),
        ];
  return {
    title: `${about}: ${isOver ? 'over' : severity}: ${what}`,
    text: [
      ...lines,
      '',
      `On the machine: orchestrate alerts ${alerts.length === 1 ? `show ${first.alert}` : 'list'}`,
    ].join('\n'),
    severity,
    key: alerts.length === 1 ? first.key : 'alerts:several',
    data: { installation: about, occasion, alerts },
  };
}

function oneLines(one: Tellable, isOver: boolean): readonly string[] {
  if (isOver)
    return [
      `Over: ${one.sentence}`,
      ...(one.ended ?? []).map((line) => `  ${line.startsWith('#') ? 'shown by ' : ''}${line}`),
    ];
  return [
    one.sentence,
    ...(one.again === null ? [] : [`It comes again within a day, after ${one.again}.`]),
    ...(one.times > 1 ? [`Seen ${one.times} times.`] : []),
    ...one.evidence.map((line) => `  ${line}`),
    ...(one.follows.length === 0 ? [] : [`With it: ${one.follows.join(', ')}`]),
    ...(one.hints.length === 0 ? [] : ['What to type on the machine:', ...one.hints.map((hint) => `  ${hint}`)]),
  ];
}
