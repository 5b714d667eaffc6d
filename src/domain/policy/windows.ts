import { addDays, instantOf, wallTime, type WallTime, weekdayOf } from './zone.ts';

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

/** Returns hour and minute of `HH:MM`, or undefined. */
export function whenOfTime(text: string): { readonly hour: number; readonly minute: number } | undefined {
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hour === undefined || minute === undefined ? undefined : { hour: Number(hour), minute: Number(minute) };
}

/** Returns the parts of `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`, or undefined when there is no such day. `hour` is null for a whole day. */
export function whenOfFreeze(text: string): (Omit<WallTime, 'hour'> & { readonly hour: number | null }) | undefined {
  const [, date, year, month, day, time] = /^((\d{4})-(\d\d)-(\d\d))(?:T(\d\d:\d\d))?$/.exec(text) ?? [];
  if (date === undefined) return undefined;
  const calendar = { year: Number(year), month: Number(month), day: Number(day) };
  if (JSON.stringify(addDays(calendar, 0)) !== JSON.stringify(calendar)) return undefined;
  if (time === undefined) return { ...calendar, hour: null, minute: 0 };
  const at = whenOfTime(time);
  return at === undefined ? undefined : { ...calendar, ...at };
}

/** From when until when, in milliseconds since 1970; `toMs` is the first instant that is outside. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Returns the time of a freeze. */
export function freezeSpan({ from, to, zone }: Freeze): Span {
  const start = requireDay(from);
  const end = requireDay(to);
  const fromMs = instantOf({ ...start, hour: start.hour ?? 0 }, zone);
  const toMs =
    end.hour === null
      ? instantOf({ ...addDays(end, 1), hour: 0, minute: 0 }, zone)
      : instantOf({ ...end, hour: end.hour }, zone, 'last');
  return { fromMs, toMs };
}

function requireDay(text: string) {
  const day = whenOfFreeze(text);
  if (day === undefined) throw new Error(`not a day: ${JSON.stringify(text)}`);
  return day;
}

function requireTime(text: string) {
  const time = whenOfTime(text);
  if (time === undefined) throw new Error(`not a time: ${JSON.stringify(text)}`);
  return time;
}

/**
 * Returns when a window is open next, or now. Where clocks are put forward over its beginning or end they count as long
 * after the jump, and it is never shorter than nothing: one that falls wholly into the jump is open for its written length.
 * Where clocks show a time twice it opens at the first and shuts at the last.
 */
export function nextSpan(window: MergeWindow, nowMs: number): Span {
  const { zone } = window;
  const today = wallTime(nowMs, zone);
  // It may have opened yesterday; a week later it has opened for sure.
  for (let nDays = -1; nDays <= 8; nDays += 1) {
    const day = addDays(today, nDays);
    if (!window.days.includes(weekdays[weekdayOf(day)] ?? 'mon')) continue;
    const span = spanOn(window, day);
    if (span.toMs > nowMs) return span;
  }
  throw new Error(`a window without a day: ${entryText(window)}`);
}

function spanOn({ from, to, zone }: MergeWindow, day: ReturnType<typeof addDays>): Span {
  const start = requireTime(from);
  const end = requireTime(to);
  const minutes = end.hour * 60 + end.minute - start.hour * 60 - start.minute;
  const fromMs = instantOf({ ...day, ...start }, zone);
  const toMs = instantOf({ ...(minutes > 0 ? day : addDays(day, 1)), ...end }, zone, 'last');
  const writtenMs = (minutes > 0 ? minutes : minutes + 1440) * 60_000;
  return { fromMs, toMs: toMs > fromMs ? toMs : fromMs + writtenMs };
}
