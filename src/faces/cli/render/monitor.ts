import type { MonitorView } from '../../../app/views/monitor-view.ts';
import { spanText, timeText } from '../../../app/views/text.ts';
import { bad, dim, good, type Line, type Span, strong, warn } from '../line.ts';

/** Of each list; the rest is counted, so that a look is no longer than a screen. */
const maxShown = 5;
const up: ReadonlySet<string> = new Set(['healthy']);

/** Renders one look of `monitor`. */
export function renderMonitor({
  atMs,
  name,
  supervisor,
  health,
  services,
  runs,
  alerts,
  findings,
}: MonitorView): readonly Line[] {
  const ago = (ms: number): string => spanText(Math.max(0, atMs - ms));
  return [
    [
      strong(name),
      dim(` · ${timeText(atMs)}`),
      ...(supervisor ? [] : [warn(' · no supervisor runs: nothing is watched')]),
    ],
    ['health   ', ...healthSpans(health), dim(` · ${ago(health.atMs)} ago`)],
    ...health.wrong.slice(0, maxShown).map((one): Line => ['         ', warn(one)]),
    ...listed('services', services, ({ instance, what, state, port, run, sinceMs, problem }) => [
      ...[
        stateSpan(state),
        ` ${what} ${instance}${port === null ? '' : ` on :${port}`}${run === null ? '' : ` for ${run}`}`,
      ],
      ...[dim(` · ${ago(sinceMs)}`), ...(problem === null ? [] : [warn(` · ${problem}`)])],
    ]),
    ...listed('runs', runs, ({ run, goal, state, waiting }) => [
      ...[strong(run), ` ${goal} · ${state}`, ...(waiting === null ? [] : [warn(` · waits: ${waiting}`)])],
    ]),
    ...listed('alerts', alerts, ({ alert, severity, state, sentence, times, raisedAtMs }) => [
      ...[severitySpan(severity), ' ', strong(alert), ` ${sentence}`],
      dim(
        ` · ${ago(raisedAtMs)}${times > 1 ? ` · ${times}×` : ''}${state === 'acknowledged' ? ' · acknowledged' : ''}`,
      ),
    ]),
    ...listed('findings', findings, ({ atMs: seenMs, signature, severity, sentence, hits }) => [
      ...[severitySpan(severity), ' ', strong(signature), ` ${sentence}${hits === null ? '' : ` ${hits}`}`],
      dim(` · ${ago(seenMs)} ago`),
    ]),
  ];
}

function listed<One>(title: string, all: readonly One[], spans: (one: One) => readonly Span[]): readonly Line[] {
  const head = title.padEnd(9);
  if (all.length === 0) return [[head, dim('none')]];
  const lines = all.slice(0, maxShown).map((one, at): Line => [at === 0 ? head : ' '.repeat(9), ...spans(one)]);
  return all.length > maxShown ? [...lines, [' '.repeat(9), dim(`… and ${all.length - maxShown} more`)]] : lines;
}

function healthSpans({ score, state }: MonitorView['health']): readonly Span[] {
  const text = score === null ? 'not known' : `${score} of 100`;
  if (state === 'good') return [good(text)];
  return [state === 'bad' ? bad(text) : warn(text), ` ${state}`];
}

const stateSpan = (state: string): Span => (up.has(state) ? good(state) : warn(state));

function severitySpan(severity: MonitorView['alerts'][number]['severity']): Span {
  if (severity === 'critical') return bad(severity);
  return severity === 'warning' ? warn(severity) : dim(severity);
}
