import type { TokenPrices } from './provider.ts';

interface Usd {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
}

/** Returns what makes prices of a source from USD per million tokens, as price lists are written. */
export const priced =
  (source: string, asOf: string) =>
  (usd: Usd, long?: Usd & { readonly above: number }): TokenPrices => ({
    ...micro(usd),
    ...(long === undefined ? {} : { long: { above: long.above, ...micro(long) } }),
    source,
    asOf,
  });

const micro = (usd: Usd): Usd => ({
  input: microUsd(usd.input),
  output: microUsd(usd.output),
  cacheRead: microUsd(usd.cacheRead),
  cacheWrite5m: microUsd(usd.cacheWrite5m),
  cacheWrite1h: microUsd(usd.cacheWrite1h),
});

/** A price of 0.1 times a million is a hair off a whole number. */
const microUsd = (usd: number): number => Math.round(usd * 1_000_000);
