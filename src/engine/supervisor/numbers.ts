/** Counts runs, changes, instances, alerts. The highest number in use is known from the journal. */
export interface Numbers {
  next(kind: 'run' | 'change' | 'instance' | 'alert'): number;
  /** For the checkpoint row. */
  all(): Readonly<Record<string, number>>;
}

/** Creates the counters, going on after `highest`. A number is in use once its first row is written. */
export function createNumbers(highest: Readonly<Record<string, number>>): Numbers {
  const counts: Record<string, number> = { run: 0, change: 0, instance: 0, alert: 0, ...highest };
  return {
    next(kind) {
      counts[kind] = (counts[kind] ?? 0) + 1;
      return counts[kind];
    },
    all: () => ({ ...counts }),
  };
}
