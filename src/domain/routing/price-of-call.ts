import type { Model, TokenPrices } from '../providers/provider.ts';

/** What the provider's cache holds of a conversation. */
export interface Warmth {
  readonly provider: string;
  readonly model: string;
  /** Tokens at the beginning that it has read before. */
  readonly prefixTokens: number;
  /** When it last read them, in milliseconds since 1970. */
  readonly atMs: number;
}

/** A cached prefix is forgotten after this time without use: five minutes at Anthropic, five to ten at OpenAI. */
export const cacheLifeMs = 5 * 60_000;

/**
 * Returns what a call is likely to cost, in micro-USD, with `warmTokens` of its input read from the cache. It compares; what is reserved is
 * `reservedFor` of `domain/spending/estimate.ts`. An unknown price counts as none.
 */
export function likelyCost(
  model: Model,
  { inputTokens, outputTokens, warmTokens }: { inputTokens: number; outputTokens: number; warmTokens: number },
): number {
  if (model.prices === null) return 0;
  const { input, output, cacheRead } = rates(model.prices, inputTokens);
  const warm = Math.min(warmTokens, inputTokens);
  return Math.round(((inputTokens - warm) * input + warm * cacheRead + outputTokens * output) / 1_000_000);
}

/** Returns what is lost when a warm prefix is left behind, in micro-USD: its tokens at the difference of the two prices. */
export function cacheRegret(model: Model, prefixTokens: number): number {
  if (model.prices === null) return 0;
  const { input, cacheRead } = rates(model.prices, prefixTokens);
  return Math.max(0, Math.round((prefixTokens * (input - cacheRead)) / 1_000_000));
}

const rates = (prices: TokenPrices, inputTokens: number): { input: number; output: number; cacheRead: number } =>
  prices.long !== undefined && inputTokens > prices.long.above ? prices.long : prices;
