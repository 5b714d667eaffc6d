import { type MergeWindow, weekdays, whenOfTime } from '../policy/windows.ts';

/** Returns the times of the week that `sat,sun 02:00-05:00` or `22:00-05:00` names, or undefined when it names none. */
export function findWithin(text: string, zone: string): MergeWindow | undefined {
  const [, dayText, from, to] =
    /^\s*(?:([a-z]{3}(?:\s*,\s*[a-z]{3})*)\s+)?(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)\s*$/i.exec(text) ?? [];
  if (from === undefined || to === undefined || from === to) return undefined;
  if (whenOfTime(from) === undefined || whenOfTime(to) === undefined) return undefined;
  const asked: readonly string[] = dayText?.toLowerCase().split(/\s*,\s*/) ?? weekdays;
  if (!asked.every((day) => weekdays.some((one) => one === day))) return undefined;
  return { kind: 'window', days: weekdays.filter((day) => asked.includes(day)), from, to, zone };
}

/** Returns the text that `findWithin` reads back. */
export const withinText = ({ days, from, to }: MergeWindow): string =>
  `${days.length === weekdays.length ? '' : `${days.join(',')} `}${from}-${to}`;
