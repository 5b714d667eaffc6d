/** How soon a run is wanted, from least to most. */
export const priorities = ['low', 'normal', 'high', 'critical'] as const;
export type Priority = (typeof priorities)[number];

/** Waiting this long counts as much as one step of priority: a low run is never behind for more than three of them. */
const STEP_MS = 30 * 60_000;

/** Something that waits in line. */
export interface Waiting {
  readonly id: string;
  readonly priority: Priority;
  /** Since when it waits, in milliseconds since 1970. */
  readonly sinceMs: number;
}

/**
 * Orders what waits, first come first: each step of priority counts like half an hour of waiting, so that nothing starves:
 * whoever came an hour and a half earlier is before everything. Pure: the order of two does not change while they wait.
 */
export const inLine = <One extends Waiting>(waiting: readonly One[]): readonly One[] =>
  [...waiting].sort((a, b) => placeMs(a) - placeMs(b) || a.sinceMs - b.sinceMs || compareIds(a.id, b.id));

/** The time at which it would have come with the lowest priority to stand where it does: the smaller is the first. */
export const placeMs = ({ priority, sinceMs }: Pick<Waiting, 'priority' | 'sinceMs'>): number =>
  sinceMs - priorities.indexOf(priority) * STEP_MS;

/** `c9` before `c12`. */
const compareIds = (a: string, b: string): number => Number(a.slice(1)) - Number(b.slice(1));
