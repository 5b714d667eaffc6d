import { bytesText } from '../plans/amounts.ts';

export const units = ['bytes', 'ms', 'number'] as const;
export type Unit = (typeof units)[number];

const byBeginning: readonly (readonly [string, Unit])[] = [
  ['disk.', 'bytes'],
  ['gpu.', 'bytes'],
  ['memory.', 'bytes'],
  ['size.', 'bytes'],
  ['service.memory', 'bytes'],
  ['service.latency.', 'ms'],
  ['service.cpu', 'ms'],
];

/** Returns what the values of a series are counted in. */
export const unitOf = (series: string): Unit =>
  byBeginning.find(([beginning]) => series.startsWith(beginning))?.[1] ?? 'number';

/** Returns a value as people read it: `1.9 GB`, `45 ms`, `12 s`, `0.52`. */
export function valueText(value: number, unit: Unit): string {
  if (unit === 'bytes') return bytesText(value);
  if (unit === 'number') return String(Math.abs(value) < 10 ? Number(value.toFixed(2)) : Math.round(value));
  if (Math.abs(value) < 10_000) return `${Math.round(value)} ms`;
  return Math.abs(value) < 7_200_000 ? `${Math.round(value / 1_000)} s` : `${(value / 3_600_000).toFixed(1)} h`;
}
