import { severities, type Severity } from '../diagnosis/finding.ts';
import { matchesKey } from './match-key.ts';

/** What is over and comes back within this time was not mended. */
export const recursWithinMs = 24 * 3_600_000;

/** What a person is waited for, and a target that cannot be reached, get no worse by coming again. */
const neverWorse = ['waiting:*', 'notify:*', 'alerts:*'];

/**
 * Returns whether the alert comes again, and how severe it is then: one step more than it was raised as, and `null` where it stays
 * what it was. A clock that was set back counts as no time at all.
 */
export function recurrence(
  { key, severity }: { readonly key: string; readonly severity: Severity },
  before: { readonly alert: string; readonly endedAtMs: number } | null,
  nowMs: number,
): { readonly again: string | null; readonly severity: Severity; readonly escalatedFrom: Severity | null } {
  if (before === null || nowMs - before.endedAtMs > recursWithinMs)
    return { again: null, severity, escalatedFrom: null };
  const worse = severities[severities.indexOf(severity) - 1];
  if (worse === undefined || neverWorse.some((pattern) => matchesKey(pattern, key)))
    return { again: before.alert, severity, escalatedFrom: null };
  return { again: before.alert, severity: worse, escalatedFrom: severity };
}

/** Openings of one key within the hour after which it is said to come and go. */
export const maxOpeningsPerHour = 5;

/** What comes and goes is over when it has been away for this long. */
export const settleMs = 3_600_000;
