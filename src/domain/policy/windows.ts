export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** A time of the week in which changes that wait for one merge. `from` and `to` are wall-clock times of `zone`, `HH:MM`. */
export interface MergeWindow {
  readonly kind: 'window';
  /** Days on which it opens. */
  readonly days: readonly Weekday[];
  readonly from: string;
  /** Not after `from`: it shuts on the next day. */
  readonly to: string;
  /** IANA name, e.g. `Europe/Zurich`. */
  readonly zone: string;
}

/** A time in which nothing merges but a way back, and what breaks the glass. */
export interface Freeze {
  readonly kind: 'freeze';
  /** `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`, wall clock of `zone`. */
  readonly from: string;
  /** The same; a day is meant whole. */
  readonly to: string;
  readonly zone: string;
}

/** Returns it as people write it: `sat, sun 03:00–05:00 Europe/Zurich`. */
export function entryText(entry: MergeWindow | Freeze): string {
  if (entry.kind === 'freeze') return `frozen from ${entry.from} to ${entry.to} ${entry.zone}`;
  const days = entry.days.length === weekdays.length ? 'every day' : entry.days.join(', ');
  return `${days} ${entry.from}–${entry.to} ${entry.zone}`;
}
