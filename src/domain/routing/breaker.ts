import type { ModelFailure } from './model-failure.ts';
import { longestWaitMs } from './next-try.ts';

/** Whether a model is asked at all: it is left alone after it failed too often, then tried by one call. */
export interface Breaker {
  /** How the newest calls ended, oldest first; true: answered. */
  readonly recent: readonly boolean[];
  /** Until when it is left alone, in milliseconds since 1970; null: it is asked. */
  readonly untilMs: number | null;
  readonly why: string;
  /** Times in a row that it was left alone. */
  readonly nOpened: number;
  /** The one call that tries it is on its way. */
  readonly isProbed: boolean;
}

export const freshBreaker: Breaker = { recent: [], untilMs: null, why: '', nOpened: 0, isProbed: false };

/** Calls that are looked back on, and how many of them have to have failed. */
const nRecent = 10;
const nFailedAtLeast = 5;
/** Left alone for 30 seconds, twice as long each time, ten minutes at most. */
const firstRestMs = 30_000;
const longestRestMs = 600_000;

/** Left alone for an hour where a quota is used up and nobody says until when. */
const quotaRestMs = 3_600_000;

/** Failures that say something of the provider, not of what it was asked. */
const ofProvider: readonly ModelFailure[] = ['overload', 'timeout', 'network', 'cut'];

/** Returns why it is not to be asked now, or null. A rest that is over lets one call through. */
export function closedBy(breaker: Breaker, nowMs: number): { readonly why: string; readonly untilMs: number } | null {
  const { untilMs, why, isProbed } = breaker;
  if (untilMs === null) return null;
  if (nowMs < untilMs) return { why, untilMs };
  return isProbed ? { why: `${why}; one call tries it now`, untilMs: nowMs + probePatienceMs } : null;
}

/** How long others wait before they look again whether the one call came back. */
const probePatienceMs = 1_000;

/** Returns it with a call on its way: the first after a rest is the one that tries it. */
export const breakerSent = (breaker: Breaker): Breaker =>
  breaker.untilMs === null ? breaker : { ...breaker, isProbed: true };

export const breakerAnswered = ({ recent, untilMs }: Breaker): Breaker => ({
  ...freshBreaker,
  recent: untilMs === null ? [...recent, true].slice(-nRecent) : [],
});

/** Returns it with nothing learned about the provider: what was asked did not fit, or nobody waited for the answer. */
export const breakerUntouched = (breaker: Breaker): Breaker => ({ ...breaker, isProbed: false });

/** Returns it after a failure. `retryAfterMs`: what the provider said to wait; null: nothing. */
export function breakerFailed(
  breaker: Breaker,
  { reason, nowMs, retryAfterMs }: { reason: ModelFailure; nowMs: number; retryAfterMs: number | null },
): Breaker {
  const askedMs = reason === 'quota' ? (retryAfterMs ?? quotaRestMs) : (retryAfterMs ?? 0);
  if (reason === 'quota' || askedMs > longestWaitMs) {
    const why = reason === 'quota' ? 'its quota is used up' : `it asks to be left alone (${reason})`;
    return { ...breaker, isProbed: false, untilMs: nowMs + askedMs, why };
  }
  if (!ofProvider.includes(reason)) return breakerUntouched(breaker);
  const recent = [...breaker.recent, false].slice(-nRecent);
  const nFailed = recent.filter((isGood) => !isGood).length;
  const opens = breaker.isProbed || (nFailed >= nFailedAtLeast && nFailed * 2 >= recent.length);
  if (!opens) return { ...breaker, recent, isProbed: false };
  const restMs = Math.min(longestRestMs, firstRestMs * 2 ** breaker.nOpened);
  return {
    recent: [],
    isProbed: false,
    untilMs: nowMs + restMs,
    why: `it failed too often, last with ${reason}`,
    nOpened: breaker.nOpened + 1,
  };
}
