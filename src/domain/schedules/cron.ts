import { Cron } from 'croner';

/** Shortest time between two fires: below it a schedule is a loop, and the supervisor looks only every two seconds. */
export const leastGapMs = 10_000;
/** Longest text of an expression, in characters. */
const maxLength = 100;
/** Fires that are looked at for the shortest time between two: a day of hours, a month of days. */
const nSampled = 32;

/**
 * Returns the first fire after an instant (milliseconds since 1970), or undefined when it never fires again. Where clocks are put
 * forward over a fire it is the first instant after the jump; where they show its time twice, a fixed time is fired at the first only,
 * and an hour that is written with `*` or a step in both.
 */
export function nextFire({ cron, zone }: { readonly cron: string; readonly zone: string }, afterMs: number) {
  return timesOf(cron, zone).nextRun(new Date(afterMs))?.getTime();
}

/** Returns what is wrong with an expression as the end of a sentence, or undefined. `nowMs`: it has to fire after that. */
export function cronProblem(cron: string, zone: string, nowMs: number): string | undefined {
  if (cron.length > maxLength) return `is longer than ${maxLength} characters`;
  // The library takes a date for a single fire: a schedule repeats.
  if (/^\d{4}-/.test(cron)) return 'is a date; a schedule repeats, e.g. "0 3 * * *"';
  const nFields = fieldsOf(cron);
  if (!cron.trim().startsWith('@') && nFields !== 5 && nFields !== 6)
    return `has ${nFields} ${nFields === 1 ? 'field' : 'fields'}; five are wanted (minute hour day month weekday), or six with seconds first`;
  try {
    if (nextFire({ cron, zone }, nowMs) === undefined) return 'never fires: there is no such day';
  } catch (error) {
    return `cannot be read: ${sentenceOf(error)}`;
  }
  // With five fields there is a minute between two at least.
  if (!hasSeconds(cron)) return undefined;
  const gap = shortestGapMs({ cron, zone }, nowMs);
  if (gap < leastGapMs) return `fires every ${gap / 1000} s; ${leastGapMs / 1000} s is the least`;
  return undefined;
}

/** Does the expression begin with seconds? */
export const hasSeconds = (cron: string): boolean => fieldsOf(cron) === 6;

const fieldsOf = (cron: string): number => cron.split(/\s+/).filter((field) => field !== '').length;

/** Returns the shortest time between the next fires, in milliseconds. */
export function shortestGapMs(when: { readonly cron: string; readonly zone: string }, nowMs: number): number {
  let shortest = Number.POSITIVE_INFINITY;
  let before = nextFire(when, nowMs);
  for (let n = 0; n < nSampled && before !== undefined; n += 1) {
    const next = nextFire(when, before);
    if (next === undefined) break;
    shortest = Math.min(shortest, next - before);
    before = next;
  }
  return shortest;
}

/** Read expressions: one that is asked a thousand times a minute is read once. */
const read = new Map<string, Cron>();
const maxRead = 5_000;

function timesOf(cron: string, zone: string): Cron {
  const key = `${zone} ${cron}`;
  const known = read.get(key);
  if (known !== undefined) return known;
  const made = new Cron(cron, { timezone: zone, paused: true, mode: '5-or-6-parts' });
  if (read.size >= maxRead) read.clear();
  read.set(key, made);
  return made;
}

const sentenceOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error))
    .replace(/^Cron\w+: /, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/\.$/, '')
    .slice(0, 200);
