/** What was spent, or is held back. */
export interface Amount {
  /** Whole micro-USD. */
  readonly microUsd: number;
  /** Input and output together, cached ones too. */
  readonly tokens: number;
}

export const nothing: Amount = { microUsd: 0, tokens: 0 };

export const plus = (one: Amount, other: Amount): Amount => ({
  microUsd: one.microUsd + other.microUsd,
  tokens: one.tokens + other.tokens,
});

export const minus = (one: Amount, other: Amount): Amount => ({
  microUsd: one.microUsd - other.microUsd,
  tokens: one.tokens - other.tokens,
});
