import { dataOf, type JournalKinds } from '../journal/kinds.ts';
import type { PastCall } from '../routing/simulate.ts';
import type { SpendingEntry } from './tally.ts';

/** Returns the calls that were answered, from rows in their order: what was asked for, and what it took. */
export function pastCalls(rows: Iterable<SpendingEntry>): readonly PastCall[] {
  const asked = new Map<string, JournalKinds['model.reserved']>();
  const calls: PastCall[] = [];
  for (const entry of rows) {
    const reserved = dataOf('model.reserved', entry);
    if (reserved !== undefined) asked.set(reserved.call, reserved);
    const answered = dataOf('model.answered', entry);
    const about = answered === undefined ? undefined : asked.get(answered.call);
    if (answered === undefined || about === undefined) continue;
    asked.delete(answered.call);
    const { call, conversation, provider, model, usage, microUsd } = answered;
    const { taskType, wanted } = about;
    calls.push({ call, atMs: entry.atMs, conversation, taskType, wanted, provider, model, usage, microUsd });
  }
  return calls;
}
