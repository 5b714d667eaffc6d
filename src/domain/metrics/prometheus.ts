/** A newest value, and when it was measured in milliseconds since 1970. */
export interface NewestValue {
  readonly series: string;
  readonly atMs: number;
  readonly value: number;
}

/**
 * Returns the values in the text exposition of Prometheus 0.0.4, a gauge each, sorted: `disk.free.home` becomes `orchestrate_disk_free_home`; a
 * last word of digits becomes a label, `service.latency.8188` → `orchestrate_service_latency{of="8188"}`. Without times: what a page tells is now, so
 * values that are older than `staleMs` are left out.
 */
export function prometheusText(
  values: readonly NewestValue[],
  { nowMs, staleMs }: { readonly nowMs: number; readonly staleMs: number },
): string {
  const lines = new Map<string, Map<string, string>>();
  for (const { series, atMs, value } of values) {
    if (nowMs - atMs > staleMs || !Number.isFinite(value)) continue;
    const [, stem = series, of] = /^(.*?)(?:\.(\d+))?$/.exec(series) ?? [];
    const name = `orchestrate_${stem.replace(/[^a-zA-Z0-9_]/g, '_')}`;
    const label = of === undefined ? '' : `{of="${of}"}`;
    lines.set(name, (lines.get(name) ?? new Map<string, string>()).set(label, `${name}${label} ${value}`));
  }
  return [...lines]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, of]) => `# TYPE ${name} gauge\n${[...of.values()].toSorted().join('\n')}\n`)
    .join('');
}
