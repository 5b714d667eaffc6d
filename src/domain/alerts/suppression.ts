import { matchesKey } from './match-key.ts';

/** Alerts whose key matches are recorded and told nobody, until then. */
export interface Suppression {
  readonly id: string;
  readonly match: string;
  readonly untilMs: number;
  readonly reason: string;
  readonly by: string;
}

/** The longest; what is to be silent for good is taken out where it is raised. */
export const maxSuppressionMs = 30 * 86_400_000;

/** Returns the suppression that holds for the key now and lasts longest, or undefined. */
export function suppressionOf(
  suppressions: readonly Suppression[],
  key: string,
  nowMs: number,
): Suppression | undefined {
  return suppressions
    .filter(({ match, untilMs }) => nowMs < untilMs && matchesKey(match, key))
    .sort((a, b) => b.untilMs - a.untilMs)[0];
}
