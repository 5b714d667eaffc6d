/** Health as it was looked at, and what is measured. */
export interface HealthRows {
  /**
   * [`health:<what>`] What was measured says something else than before, several times in a row. `what` is `disk:<folder>`, `memory` or `latency`;
   * `value` is in bytes, or milliseconds for `latency`; `limit` is what it was held against.
   */
  'health.moved': {
    readonly what: string;
    readonly from: 'good' | 'warning' | 'critical';
    readonly to: 'good' | 'warning' | 'critical';
    readonly value: number;
    readonly limit: number;
    readonly sentence: string;
  };
}
