const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Returns values as a row of small bars between their least and greatest; a stretch without a value (null) is a blank. All alike: all low. */
export function chartOf(values: readonly (number | null)[]): string {
  const there = values.filter((value) => value !== null);
  const [least, most] = [Math.min(...there), Math.max(...there)];
  const span = most - least;
  return values
    .map((value) => (value === null ? ' ' : bars[span === 0 ? 0 : Math.round(((value - least) / span) * 7)]))
    .join('');
}
