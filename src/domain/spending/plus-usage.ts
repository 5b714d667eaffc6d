import type { TokenUsage } from './token-usage.ts';

/** Returns the tokens of two together. */
export const plusUsage = (a: TokenUsage, b: TokenUsage): TokenUsage => ({
  inputUncached: a.inputUncached + b.inputUncached,
  cacheRead: a.cacheRead + b.cacheRead,
  cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
  cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
  output: a.output + b.output,
  reasoning: a.reasoning + b.reasoning,
});
