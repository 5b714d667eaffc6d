const dayMs = 86_400_000;

/** Returns milliseconds as whole days, or hours below two days: `14 days`, `36 hours`. */
export function spanOfDays(ms: number): string {
  if (ms >= 2 * dayMs) return `${Math.floor(ms / dayMs)} days`;
  return `${Math.floor(ms / 3_600_000)} hours`;
}
