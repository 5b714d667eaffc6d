import { measuredSpanText } from './span-text.ts';
import type { Trend } from './trend.ts';
import { type Unit, valueText } from './unit.ts';

/** Returns a trend as a clause with how sure it is: `falls by 1.2 GB a day (0.9 GB to 1.5 GB)`. */
export function trendText(trend: Trend, unit: Unit): string {
  if (trend.kind === 'too-few') return `too few values for a trend: ${trend.n} over ${measuredSpanText(trend.spanMs)}`;
  if (trend.kind === 'steady') return 'no movement that chance does not explain';
  const text = (perDay: number): string => valueText(Math.abs(perDay), unit);
  const [least, most] = [trend.low, trend.high].map(Math.abs).sort((a, b) => a - b) as [number, number];
  return `${trend.perDay < 0 ? 'falls' : 'rises'} by ${text(trend.perDay)} a day (${text(least)} to ${text(most)})`;
}
