/** Returns a time as people say it, rounded down: `35 minutes`, `2 hours`, `3 days`. */
export function spanWords(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [n, unit] =
    minutes < 120
      ? [minutes, 'minute']
      : minutes < 2_880
        ? [Math.floor(minutes / 60), 'hour']
        : [Math.floor(minutes / 1_440), 'day'];
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}
