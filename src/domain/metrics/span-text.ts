/** Returns a stretch of time as it is said of measured values: `40 minutes`, `6 hours`, `9 days`. */
export function measuredSpanText(ms: number): string {
  const hours = ms / 3_600_000;
  if (hours >= 48) return `${Math.round(hours / 24)} days`;
  return hours >= 1 ? `${Math.round(hours)} hours` : `${Math.round(ms / 60_000)} minutes`;
}
