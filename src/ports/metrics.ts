/** A measured value at a time. */
export interface MetricPoint {
  /** Like `service.latency.8188` or `disk.free.models`: lower-case words with dots; the unit is the series' own. */
  readonly series: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly value: number;
}

/** What a stretch of time came to. */
export interface MetricBucket {
  readonly atMs: number;
  readonly n: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/**
 * A small store of measured values beside the ledger: it may be lost without harm. Older values are kept coarser, then not at all.
 * Faults of every call but `close`: `DISK_FULL` and `METRICS_UNAVAILABLE`; what was kept before is kept.
 */
export interface Metrics {
  append(points: readonly MetricPoint[]): Promise<void>;
  /** Every series that has a value, sorted. */
  series(): readonly string[];
  /** Points of a series from `sinceMs` on, oldest first, at most `limit`, the newest of them. */
  read(series: string, options: { readonly sinceMs: number; readonly limit: number }): readonly MetricPoint[];
  /** The same by stretches of `stepMs`. */
  buckets(
    series: string,
    options: { readonly sinceMs: number; readonly untilMs: number; readonly stepMs: number },
  ): readonly MetricBucket[];
  /** Thins and forgets by the rule of retention. A repeat is safe. */
  tidy(nowMs: number): Promise<void>;
  close(): Promise<void>;
}
