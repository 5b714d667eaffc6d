import { findSignature } from '../../domain/diagnosis/catalogue.ts';
import { malware } from '../../domain/diagnosis/malware.ts';
import { dataOf, type JournalKinds } from '../../domain/journal/kinds.ts';
import type { Engine } from '../engine.ts';
import { readServiceLog } from '../instances/read-service-log.ts';

/** End of a log in which a dead one said why. */
const lastWordsBytes = 64 * 1024;
/** Findings of one instance that are looked through. */
const maxFound = 1_000;

/**
 * Returns why nobody but a person starts it again, by what was found in its log as it grew, and by its last words; null: nothing says so.
 * Null for the instance: the one that ran last.
 */
export async function forbiddenBy(engine: Engine, instance: string | null): Promise<string | null> {
  const signature = findSignature(malware);
  const told = malwareToldOf(engine, instance);
  if (told !== undefined) return `its log said ${malware}: ${told.sentence}`;
  const { text } = await readServiceLog(engine, { instance, maxBytes: lastWordsBytes });
  if (signature?.pattern?.test(text) !== true) return null;
  return `its log says ${malware}: ${signature.sentence}`;
}

/** The row that says that malware was found in the log of the instance, wherever that log is by now. */
export function malwareToldOf(
  { ledger }: Engine,
  instance: string | null,
): JournalKinds['diagnosis.found'] | undefined {
  const asked = instance ?? dataOf('instance.composed', ledger.latest('composed:production'))?.instance;
  if (asked === undefined) return undefined;
  return ledger
    .read({ key: `log:${asked}`, kinds: ['diagnosis.found'], descending: true, limit: maxFound })
    .map((entry) => dataOf('diagnosis.found', entry))
    .find((one) => one?.signature === malware);
}
