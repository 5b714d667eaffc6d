import type { ModelFailure } from './model-failure.ts';

/** What follows a failed call. `elsewhere`: another model; `larger`: one with a longer context. */
export type NextTry =
  | { readonly kind: 'again'; readonly afterMs: number }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'larger' };

export interface Failed {
  readonly reason: ModelFailure;
  /** What the provider said to wait; null: nothing. */
  readonly retryAfterMs: number | null;
  /** Tries at this model in this call, this one counted. */
  readonly nTries: number;
  /** Waits of this provider after an overload, where it is known for long ones; null: as with any failure. */
  readonly overloadWaitsMs: readonly number[] | null;
  /** From 0 up to 1. */
  readonly chance: number;
  /** Whether the provider's share of repeats allows one more. */
  readonly mayRepeat: boolean;
}

/** Tries at one model in one call. */
const nTriesMost = 5;
const firstWaitMs = 500;
/** Longest wait that is chosen here, and longest that a provider may ask for; a longer one is no wait but a closed door. */
export const longestWaitMs = 60_000;

const repeatable: readonly ModelFailure[] = ['rate-limit', 'overload', 'timeout', 'network', 'cut'];

/**
 * Returns what to do after a failure. What may go better by itself is tried again: after what the provider said, else after a random
 * part of half a second, doubled each time (full jitter). What was asked wrongly, or without right, is never sent again.
 */
export function nextTry({ reason, retryAfterMs, nTries, overloadWaitsMs, chance, mayRepeat }: Failed): NextTry {
  if (reason === 'context') return { kind: 'larger' };
  if (!repeatable.includes(reason) || !mayRepeat) return { kind: 'elsewhere' };
  const known = reason === 'overload' ? overloadWaitsMs : null;
  if (nTries >= (known === null ? nTriesMost : known.length + 1)) return { kind: 'elsewhere' };
  if (retryAfterMs !== null)
    return retryAfterMs <= longestWaitMs ? { kind: 'again', afterMs: retryAfterMs } : { kind: 'elsewhere' };
  if (known !== null) return { kind: 'again', afterMs: known[nTries - 1] ?? longestWaitMs };
  return { kind: 'again', afterMs: Math.round(chance * Math.min(longestWaitMs, firstWaitMs * 2 ** (nTries - 1))) };
}

/** Repeats that a provider is sent: ten at once, then one for every ten answers. A storm of repeats makes an overload longer. */
export interface RepeatShare {
  readonly left: number;
}
const repeatsMost = 10;
export const fullShare: RepeatShare = { left: repeatsMost };
export const mayRepeat = ({ left }: RepeatShare): boolean => left >= 1;
export const repeated = ({ left }: RepeatShare): RepeatShare => ({ left: Math.max(0, left - 1) });
export const earned = ({ left }: RepeatShare): RepeatShare => ({ left: Math.min(repeatsMost, left + 0.1) });
