/** A wall-clock time; `month` and `day` count from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
}

/** Whether the text names a time zone that this machine knows. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Returns what a clock on the wall of the zone shows at an instant (milliseconds since 1970); seconds are dropped. */
export function wallTime(atMs: number, zone: string): WallTime {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(atMs)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
  return { year, month, day, hour, minute };
}

const asUtcMs = ({ year, month, day, hour, minute }: WallTime): number => Date.UTC(year, month - 1, day, hour, minute);

/** Milliseconds that the zone is ahead of UTC at an instant. */
const offsetMs = (atMs: number, zone: string): number =>
  asUtcMs(wallTime(atMs, zone)) - Math.floor(atMs / 60_000) * 60_000;

const dayMs = 86_400_000;

/**
 * Returns the instant at which the clocks of the zone show a time. Where they are put forward over it, it is the instant
 * that lies as long after the jump (02:30 is 03:30); where they show it twice, `which` says the one that is meant.
 */
export function instantOf(wall: WallTime, zone: string, which: 'first' | 'last' = 'first'): number {
  const utcMs = asUtcMs(wall);
  // A zone has one offset a day before and one a day after: between them lies at most one change.
  const before = utcMs - offsetMs(utcMs - dayMs, zone);
  const after = utcMs - offsetMs(utcMs + dayMs, zone);
  const shows = (atMs: number): boolean => asUtcMs(wallTime(atMs, zone)) === utcMs;
  const fitting = [before, after].filter(shows).sort((a, b) => a - b);
  return (which === 'first' ? fitting[0] : fitting.at(-1)) ?? before;
}

/** Returns the calendar day that many days later. */
export function addDays({ year, month, day }: Pick<WallTime, 'year' | 'month' | 'day'>, nDays: number) {
  const at = new Date(Date.UTC(year, month - 1, day + nDays));
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

/** Returns 0 for Monday to 6 for Sunday. */
export const weekdayOf = ({ year, month, day }: Pick<WallTime, 'year' | 'month' | 'day'>): number =>
  (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;

/** Returns an instant as people of the zone write it: `Sat 2026-11-28 03:00 Europe/Zurich`. */
export function zonedText(atMs: number, zone: string, seconds: 'seconds' | null = null): string {
  const wall = wallTime(atMs, zone);
  const two = (n: number): string => String(n).padStart(2, '0');
  const name = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][weekdayOf(wall)] ?? '';
  // Today's zones are whole minutes ahead of UTC.
  const rest = seconds === null ? '' : `:${two(Math.floor(atMs / 1000) % 60)}`;
  return `${name} ${wall.year}-${two(wall.month)}-${two(wall.day)} ${two(wall.hour)}:${two(wall.minute)}${rest} ${zone}`;
}
