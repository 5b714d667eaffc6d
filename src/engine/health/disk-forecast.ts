import { Fault } from '../../base/fault.ts';
import { forecastOf, forecastText } from '../../domain/metrics/forecast.ts';
import { trendOf } from '../../domain/metrics/trend.ts';
import type { EngineContext } from '../context.ts';

/** What is farther back says little of how a disk fills now. */
const lookBackMs = 14 * 86_400_000;
const stepMs = 30 * 60_000;

/** Returns when the disk of a watched folder is full, by what was measured: `disk full in 9 days ± 2`, or why that cannot be said. */
export function diskForecast(context: EngineContext, name: string): string {
  try {
    return measuredForecast(context, name);
  } catch (error) {
    // On a disk that is full now the values may not open: how full it is, is said all the same.
    if (error instanceof Fault) return `no forecast: ${error.code}`;
    throw error;
  }
}

function measuredForecast({ metrics, outside }: EngineContext, name: string): string {
  const nowMs = outside.clock.nowMs();
  const span = { sinceMs: nowMs - lookBackMs, untilMs: nowMs, stepMs };
  const samples = metrics
    .buckets(`disk.free.${name}`, span)
    .map(({ atMs, mean }) => ({ atMs: Math.min(atMs + stepMs / 2, nowMs), value: mean }));
  const trend = trendOf(samples, nowMs);
  return forecastText('disk full', forecastOf(trend, 0), trend);
}
