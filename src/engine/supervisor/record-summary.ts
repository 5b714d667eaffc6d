import { canonicalJson, type JsonObject } from '../../base/json.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';

/** Writes what bare `orchestrate` prints, when it says something new. A repeat is safe. */
export async function recordSummary(engine: Engine, summary: JsonObject): Promise<void> {
  const before = dataOf('status.summarised', engine.ledger.latest('status:summary'));
  // `seq` tells when it was made; without anything else new there is nothing to tell.
  const content = (one: JsonObject): string => canonicalJson({ ...one, seq: 0 });
  if (before && content(before.summary) === content(summary)) return;
  await engine.ledger.append([row('status.summarised', { summary }, { keys: ['status:summary'] })]);
}
