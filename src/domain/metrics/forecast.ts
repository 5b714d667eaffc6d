import { measuredSpanText } from './span-text.ts';
import { leastSpanMs, leastValues, type Trend } from './trend.ts';

/** When a value gets to a limit. Days from the last value on. */
export type Forecast =
  | { readonly kind: 'too-few' | 'never' | 'beyond' }
  | { readonly kind: 'reached' }
  | { readonly kind: 'in'; readonly days: number; readonly lowDays: number; readonly highDays: number };

/** A line says nothing about a time that is many times as long as what was measured. */
const reach = 10;
const dayMs = 86_400_000;

/** Returns when the trend reaches the limit from its level. `beyond`: farther than ten times what was measured, so it is not said. */
export function forecastOf(trend: Trend, limit: number): Forecast {
  if (trend.kind === 'too-few') return { kind: 'too-few' };
  if (trend.kind === 'steady') return { kind: 'never' };
  const { level, perDay, low, high } = trend;
  const way = limit - level;
  if (way === 0) return { kind: 'reached' };
  if (Math.sign(way) !== Math.sign(perDay)) return { kind: 'never' };
  const days = way / perDay;
  if (days * dayMs > trend.spanMs * reach) return { kind: 'beyond' };
  const [fast, slow] = [way / low, way / high].sort((a, b) => a - b) as [number, number];
  return { kind: 'in', days, lowDays: fast, highDays: slow };
}

/** Returns it as a clause about what happens: `disk full`, `in 9 days ± 2`. */
export function forecastText(what: string, forecast: Forecast, trend: Trend): string {
  switch (forecast.kind) {
    case 'too-few':
      return `too few values for a forecast: ${trend.n} over ${measuredSpanText(trend.spanMs)}, ${leastValues} over ${measuredSpanText(leastSpanMs)} are needed`;
    case 'never':
      return `${what}: not as it moves now`;
    case 'beyond':
      return `${what}: not within ${measuredSpanText(trend.spanMs * reach)}, and ${measuredSpanText(trend.spanMs)} of values say no more`;
    case 'reached':
      return `${what} now`;
    case 'in': {
      const { days, lowDays, highDays } = forecast;
      const [unit, size] = days >= 2 ? ['days', 1] : ['hours', 24];
      return `${what} in ${rounded(days * size)} ${unit} ± ${rounded(((highDays - lowDays) / 2) * size) || 'less than 1'}`;
    }
  }
}

const rounded = (amount: number): number => Math.round(amount);
