/** What is known before a run, in milliseconds and bytes; null where nothing is on record. */
export interface KnownBefore {
  readonly downloadBytes: number | null;
  readonly diskBytes: number | null;
  /** How long the last run of the same playbook took. */
  readonly lastRunMs: number | null;
  /** How long the service took to start, last time it was proven. */
  readonly lastStartMs: number | null;
  /** How long production was down at the last switch. */
  readonly lastDownMs: number | null;
  /** No tree is proposed: production is never switched. */
  readonly changesNothing: boolean;
}

/** Assumed where nothing was measured yet: a slow line, a slow disk, a ComfyUI with many packs. */
const assumed = { downloadBytesPerSecond: 5_000_000, diskBytesPerSecond: 50_000_000, startMs: 30_000, stopMs: 5_000 };

/** Returns minutes and seconds of downtime: from the last run where there is one, else from sizes and assumed speeds. */
export function estimateRun(known: KnownBefore): { readonly minutes: number; readonly productionDownSeconds: number } {
  const startMs = known.lastStartMs ?? assumed.startMs;
  const moving =
    (known.downloadBytes ?? 0) / assumed.downloadBytesPerSecond + (known.diskBytes ?? 0) / assumed.diskBytesPerSecond;
  const workMs = known.lastRunMs ?? moving * 1_000 + 4 * startMs;
  const downMs = known.lastDownMs ?? startMs + assumed.stopMs;
  return {
    minutes: Math.max(1, Math.round(workMs / 60_000)),
    productionDownSeconds: known.changesNothing ? 0 : Math.max(1, Math.ceil(downMs / 1_000)),
  };
}
