import { findSignature } from '../../domain/diagnosis/catalogue.ts';
import type { Engine } from '../engine.ts';
import { readServiceLog } from '../instances/read-service-log.ts';

/** End of a log in which a dead one said why. */
const lastWordsBytes = 64 * 1024;

/** Returns why nobody but a person starts it again, by its last words; null: nothing says so. Null for the instance: the one that ran last. */
export async function forbiddenBy(engine: Engine, instance: string | null): Promise<string | null> {
  const malware = findSignature('S34');
  const { text } = await readServiceLog(engine, { instance, maxBytes: lastWordsBytes });
  if (malware?.pattern?.test(text) !== true) return null;
  return `its log says ${malware.id}: ${malware.sentence}`;
}
