import type { MonitoringConfig } from '../definitions/monitoring-config.ts';

export type Level = 'good' | 'warning' | 'critical';

/** A state that was told ends only this far beyond its threshold: a value on the threshold would come and go. */
const margin = 1.1;

/** What a free room of a disk means. `told` is what it counts as now. */
export function judgeDisk(freeBytes: number, told: Level, config: MonitoringConfig): Level {
  const { diskCriticalBytes, diskWarningBytes } = config;
  if (freeBytes < diskCriticalBytes * (told === 'critical' ? margin : 1)) return 'critical';
  return freeBytes < diskWarningBytes * (told === 'good' ? 1 : margin) ? 'warning' : 'good';
}

/** What available memory means: half of what is asked for is critical. */
export function judgeMemory(
  memory: { readonly totalBytes: number; readonly availableBytes: number },
  told: Level,
  { memoryWarning }: MonitoringConfig,
): Level | null {
  if (memory.totalBytes <= 0) return null;
  const part = memory.availableBytes / memory.totalBytes;
  if (part < (memoryWarning / 2) * (told === 'critical' ? margin : 1)) return 'critical';
  return part < memoryWarning * (told === 'good' ? 1 : margin) ? 'warning' : 'good';
}

/** Answers that are slower than this many times the usual are slow, and only above this time: nobody notices less. */
const slowTimes = 8;
const slowMs = 750;
/** Answers that make the usual one. */
export const leastAnswers = 20;

/** What an answer's time means against those before it; null: too few to know what is usual. A quarter of them may be slow themselves. */
export function judgeLatency(latencyMs: number, before: readonly number[], told: Level): Level | null {
  if (before.length < leastAnswers) return null;
  const usualMs = before.toSorted((a, b) => a - b)[Math.floor(before.length / 2)] ?? 0;
  const limitMs = Math.max(slowMs, usualMs * slowTimes);
  return latencyMs > (told === 'good' ? limitMs : limitMs / margin) ? 'warning' : 'good';
}
