import type { TokenPrices } from '../providers/provider.ts';
import type { TokenUsage } from './token-usage.ts';

/** Prices are of this many tokens. */
const PER = 1_000_000n;

/**
 * Returns what a call cost in whole micro-USD. The parts are summed exactly and rounded once, half up: a call, not a token, is what a
 * ledger row holds. Above the limit of `prices.long` every token of the call has the long price.
 */
export function costOf(usage: TokenUsage, prices: TokenPrices): number {
  const rate = rateOf(usage, prices);
  const parts = [
    [usage.inputUncached, rate.input],
    [usage.cacheRead, rate.cacheRead],
    [usage.cacheWrite5m, rate.cacheWrite5m],
    [usage.cacheWrite1h, rate.cacheWrite1h],
    [usage.output, rate.output],
  ] as const;
  // Ten million tokens at a hundred dollars are beyond 2^53.
  const exact = parts.reduce((sum, [tokens, price]) => sum + BigInt(tokens) * BigInt(price), 0n);
  return Number((exact + PER / 2n) / PER);
}

/** Returns all tokens that went in, cached or not. */
export const inputTokens = (usage: TokenUsage): number =>
  usage.inputUncached + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;

/** Returns all tokens of a call, in and out: what budgets of tokens count. */
export const totalTokens = (usage: TokenUsage): number => inputTokens(usage) + usage.output;

/** Usage of nothing. */
export const noUsage: TokenUsage = {
  inputUncached: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
};

type Rate = Pick<TokenPrices, 'input' | 'output' | 'cacheRead' | 'cacheWrite5m' | 'cacheWrite1h'>;

function rateOf(usage: TokenUsage, prices: TokenPrices): Rate {
  const { long } = prices;
  if (long === undefined || inputTokens(usage) <= long.above) return prices;
  return { ...prices, ...long };
}
