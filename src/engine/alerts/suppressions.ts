import type { Suppression } from '../../domain/alerts/suppression.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import type { Ledger } from '../../ports/index.ts';

/** Returns the suppressions that hold, by the order in which they were made. One that nobody takes back ends by its time. */
export function suppressionsOf(ledger: Pick<Ledger, 'read'>, nowMs: number): readonly Suppression[] {
  const found = new Map<string, Suppression>();
  // Newer ones only can hold: none lasts longer than thirty days, and nobody makes thousands in them.
  const rows = ledger.read({ key: 'suppressions', descending: true, limit: 2_000 });
  for (const entry of [...rows].reverse()) {
    const made = dataOf('alert.suppressed', entry);
    if (made !== undefined) found.set(made.id, { ...made, by: made.by.name });
    const takenBack = dataOf('alert.unsuppressed', entry);
    if (takenBack !== undefined) found.delete(takenBack.id);
  }
  return [...found.values()].filter(({ untilMs }) => nowMs < untilMs);
}
