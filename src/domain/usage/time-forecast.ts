import { leastValues, type Sample, trendOf } from '../metrics/trend.ts';
import { minutesText } from '../plans/amounts.ts';

/** How long the service will work in a coming stretch; milliseconds. `low` and `high` hold it in about 95 of 100 cases, as days went so far. */
export type TimeForecast =
  | { readonly kind: 'too-few'; readonly nDays: number }
  | { readonly kind: 'expected'; readonly ms: number; readonly lowMs: number; readonly highMs: number };

const z95 = 1.96;
const dayMs = 86_400_000;

/** Returns the forecast for so many days after the last of the given whole days, one sample each. Days without use have to be among them, with 0. */
export function timeForecast(days: readonly Sample[], nDays: number): TimeForecast {
  const nowMs = Math.max(...days.map(({ atMs }) => atMs));
  if (days.length < leastValues) return { kind: 'too-few', nDays: days.length };
  const trend = trendOf(days, nowMs);
  if (trend.kind === 'too-few') return { kind: 'too-few', nDays: days.length };
  const slope = trend.kind === 'moving' ? trend : { perDay: 0, low: 0, high: 0 };
  // What a line gains over the days 1 to n.
  const steps = (nDays * (nDays + 1)) / 2;
  const line = ({ atMs }: Sample): number => trend.level - (slope.perDay * (nowMs - atMs)) / dayMs;
  const mean = days.reduce((sum, one) => sum + one.value - line(one), 0) / days.length;
  const spread = Math.sqrt(days.reduce((sum, one) => sum + (one.value - line(one) - mean) ** 2, 0) / (days.length - 1));
  // The level is a median, and a sum of days is told by their mean.
  const ms = nDays * (trend.level + mean) + slope.perDay * steps;
  const chance = z95 * spread * Math.sqrt(nDays + nDays ** 2 / days.length);
  const low = ms - chance - (slope.perDay - slope.low) * steps;
  const high = ms + chance + (slope.high - slope.perDay) * steps;
  return { kind: 'expected', ms: Math.max(0, ms), lowMs: Math.max(0, low), highMs: Math.max(0, high) };
}

/** Returns it as a clause: `about 3 h in the next 7 days (1 h to 5 h)`. */
export function timeForecastText(forecast: TimeForecast, nDays: number): string {
  if (forecast.kind === 'too-few') return `too few days for a forecast: ${forecast.nDays}, ${leastValues} are needed`;
  const { ms, lowMs, highMs } = forecast;
  return `about ${minutesText(ms / 60_000)} in the next ${nDays} days (${minutesText(lowMs / 60_000)} to ${minutesText(highMs / 60_000)})`;
}
