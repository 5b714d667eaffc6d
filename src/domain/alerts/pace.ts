import { severities, type Severity } from '../diagnosis/finding.ts';

/** Waits after a send that failed: ten seconds, then four times as long each time, an hour at most. It is never given up. */
export function backoffMs(attempt: number): number {
  return Math.min(3_600_000, 10_000 * 4 ** Math.max(0, attempt - 1));
}

/** Failures in a row after which the others are told that a target cannot be reached. */
export const failuresUntilTold = 4;

/** Alerts that are told by themselves in one round; more become one notice. */
const maxSingly = 3;

interface Due {
  readonly alert: string;
  readonly severity: Severity;
  readonly raisedAtMs: number;
}

/**
 * Returns the notices to send now, each a list of alerts: the most severe and oldest first. A quarter of what a target is sent in an
 * hour is kept for what is critical; what there is no room for waits, and is told together when there is.
 */
export function notices<One extends Due>(
  due: readonly One[],
  { sentLastHour, perHour }: { readonly sentLastHour: number; readonly perHour: number },
): readonly (readonly One[])[] {
  const sorted = [...due].sort(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.raisedAtMs - b.raisedAtMs,
  );
  const room = perHour - sentLastHour;
  const roomForRest = room - Math.ceil(perHour / 4);
  const critical = sorted.filter(({ severity }) => severity === 'critical');
  const allowed = roomForRest > 0 ? sorted : critical;
  if (allowed.length === 0 || room <= 0) return [];
  const limit = roomForRest > 0 && critical.length === 0 ? roomForRest : room;
  return allowed.length <= Math.min(maxSingly, limit) ? allowed.map((one) => [one]) : [allowed];
}
