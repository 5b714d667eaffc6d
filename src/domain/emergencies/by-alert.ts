import { matchesKey } from '../alerts/match-key.ts';
import { emergencyOfSignature } from './by-signature.ts';
import type { Emergency } from './emergency.ts';

/** Keys of alerts; the first that matches counts. `service:hung` is told by what hangs. */
const table: readonly (readonly [pattern: string, emergency: Emergency])[] = [
  ['disk:full*', 'disk-full'],
  ['disk:short*', 'disk-full'],
  ['memory:full*', 'out-of-memory'],
  ['memory:short*', 'out-of-memory'],
  ['gpu:*', 'gpu-lost'],
  ['model:*', 'model-missing'],
  ['models:*', 'model-missing'],
  ['nodes:*', 'node-import-failed'],
  ['queue:*', 'queue-stuck'],
  ['service:hung*', 'queue-stuck'],
  ['service:slow*', 'emergency-unresponsive'],
  ['service:latency*', 'emergency-unresponsive'],
  ['service:down*', 'emergency-unresponsive'],
];

/** Returns the emergency that an alert's key says, or undefined: who is waited for, and what is only told, is none. */
export function emergencyOfAlert(key: string): Emergency | undefined {
  const signature = /^signature:(s\d+)(?::|$)/.exec(key)?.[1];
  if (signature !== undefined) return emergencyOfSignature(signature);
  return table.find(([pattern]) => matchesKey(pattern, key))?.[1];
}
