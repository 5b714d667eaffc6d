import { matchesKey } from './match-key.ts';

/**
 * Returns the key of the open alert that explains one of this key, or null. Only what surely follows is listed: that a service is
 * down may have many reasons, that nobody can measure its latency then has this one.
 */
export function causeAmong(key: string, open: readonly string[]): string | null {
  for (const { symptom, causes } of table) {
    if (!matchesKey(symptom, key)) continue;
    for (const cause of causes) {
      const found = open.find((one) => one !== key && matchesKey(cause, one));
      if (found !== undefined) return found;
    }
  }
  return null;
}

/** Causes of a symptom, the nearest to the root first. */
const table: readonly { readonly symptom: string; readonly causes: readonly string[] }[] = [
  { symptom: 'service:latency*', causes: ['service:down*', 'service:hung*', 'gpu:lost*'] },
  { symptom: 'service:slow*', causes: ['service:down*', 'service:hung*', 'gpu:lost*'] },
  { symptom: 'service:hung*', causes: ['service:down*', 'signature:s08*', 'signature:s43*', 'gpu:lost*'] },
  { symptom: 'queue:*', causes: ['service:down*', 'service:hung*', 'signature:s43*', 'gpu:lost*'] },
  { symptom: 'performance:*', causes: ['service:down*', 'service:hung*', 'memory:*', 'gpu:lost*'] },
  { symptom: 'health:*', causes: ['service:down*', 'disk:full*', 'memory:*', 'gpu:lost*'] },
  // What is full was short before.
  { symptom: 'disk:short*', causes: ['disk:full*'] },
  { symptom: 'memory:short*', causes: ['memory:full*'] },
  // The lines that a full disk writes into a log.
  { symptom: 'signature:s40*', causes: ['disk:full*'] },
  { symptom: 'signature:s39*', causes: ['disk:full*'] },
  // No memory: the kernel ends the service.
  { symptom: 'service:down*', causes: ['signature:s10*', 'signature:s09*', 'gpu:lost*'] },
  { symptom: 'signature:s08*', causes: ['gpu:lost*', 'signature:s09*'] },
  { symptom: 'signature:s44*', causes: ['service:hung*', 'service:down*', 'signature:s43*'] },
  { symptom: 'signature:s69*', causes: ['signature:s18*'] },
  { symptom: 'signature:s18*', causes: ['signature:s17*', 'signature:s14*', 'signature:s25*'] },
];
