/**
 * Tokens of one call, each counted once: the whole input is `inputUncached + cacheRead + cacheWrite5m + cacheWrite1h`, whatever
 * a provider's own numbers include.
 */
export interface TokenUsage {
  readonly inputUncached: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  readonly output: number;
  /** Part of `output` that was thought, not said. */
  readonly reasoning: number;
}
