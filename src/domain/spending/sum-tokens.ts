import type { TokenUsage } from './token-usage.ts';

export const noTokens: TokenUsage = {
  inputUncached: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  reasoning: 0,
};

/** Returns the tokens of two together. */
export const plusTokens = (a: TokenUsage, b: TokenUsage): TokenUsage => ({
  inputUncached: a.inputUncached + b.inputUncached,
  cacheRead: a.cacheRead + b.cacheRead,
  cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
  cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
  output: a.output + b.output,
  reasoning: a.reasoning + b.reasoning,
});
