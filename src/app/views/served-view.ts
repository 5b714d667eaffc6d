import { dataOf } from '../../domain/journal/kinds.ts';
import { type NewestValue, prometheusText } from '../../domain/metrics/prometheus.ts';
import type { App } from '../app.ts';
import { freezeView } from './freeze-view.ts';

/** A value is told for so many intervals after it was measured. */
const staleIntervals = 3;

/** What `GET /healthz` of a supervisor tells about itself. */
export interface Healthz {
  /** `frozen`: it is well, and works on nothing until somebody thaws it; `ending`: a signal came, and it takes nothing more. */
  readonly status: 'ok' | 'frozen' | 'ending';
  readonly pid: number;
  readonly version: string;
  /** Newest row of the journal. */
  readonly row: number;
}

/** Returns whether this process, a supervisor, is well. Fault: `LEDGER_UNAVAILABLE` when its record cannot be read. */
export async function healthzView(app: App): Promise<Healthz> {
  const { ledger } = await app.installation();
  const { pid, version } = app.outside.host;
  const status = app.signal.aborted ? 'ending' : freezeView(ledger).isFrozen ? 'frozen' : 'ok';
  return { status, pid, version, row: ledger.head().seq };
}

/** Returns what was measured last, and a few values of the supervisor itself, as Prometheus reads it. */
export async function metricsText(app: App): Promise<string> {
  const { ledger, metrics, config } = await app.installation();
  const nowMs = app.outside.clock.nowMs();
  const staleMs = staleIntervals * config.monitoring.intervalMs;
  const measured = metrics.series().flatMap((series) => metrics.read(series, { sinceMs: nowMs - staleMs, limit: 1 }));
  const [entry] = ledger.read({ kinds: ['supervisor.started'], descending: true, limit: 1 });
  const own: NewestValue[] = [
    { series: 'supervisor.frozen', atMs: nowMs, value: freezeView(ledger).isFrozen ? 1 : 0 },
    { series: 'journal.rows', atMs: nowMs, value: ledger.head().seq },
  ];
  if (entry !== undefined && dataOf('supervisor.started', entry)?.pid === app.outside.host.pid)
    own.push({ series: 'supervisor.uptime.seconds', atMs: nowMs, value: (nowMs - entry.atMs) / 1_000 });
  return prometheusText([...measured, ...own], { nowMs, staleMs });
}
