import { nearestWord } from '../definitions/did-you-mean.ts';
import { durationText } from '../definitions/units.ts';
import { readExpression } from '../expressions/read.ts';
import type { MergeWindow } from '../policy/windows.ts';
import { isZone } from '../policy/zone.ts';
import { cronProblem, shortestGapMs } from './cron.ts';

/** What happens to a fire whose time comes while a run of the schedule goes on. */
export const overlaps = ['skip', 'queue', 'cancel-old'] as const;
type Overlap = (typeof overlaps)[number];

/** When runs are started by themselves, and which. */
export interface Schedule {
  /** `nightly-maintenance` */
  readonly id: string;
  readonly title: string;
  /** Five fields, or six with seconds first; names, ranges, steps, `L`, `#`, and `@daily` and the like. */
  readonly cron: string;
  /** IANA name, e.g. `Europe/Zurich`. */
  readonly zone: string;
  /** What is asked for, as a person would type it. */
  readonly goal: string;
  /** The playbook that is taken whatever the goal says; null: the one that fits the goal. */
  readonly playbook: string | null;
  readonly inputs: Readonly<Record<string, string>>;
  /** The person who added it said yes beforehand, to plan and review of each run. */
  readonly yes: boolean;
  readonly overlap: Overlap;
  /** How late a fire may still start, in milliseconds; 0: only at its time. */
  readonly catchUpMs: number;
  /** Fires that are caught up with at most, the newest ones. */
  readonly catchUpMost: number;
  /** A fire is put off by up to this long, each always by the same. */
  readonly jitterMs: number;
  /** Failures in a row after which it pauses; null: never. */
  readonly pauseAfter: number | null;
  /** Expression that has to hold when it fires. */
  readonly onlyIf: string | null;
  /** Times of the week in which it may fire. */
  readonly within: MergeWindow | null;
}

/** Schedules of one installation at most. */
export const maxSchedules = 5_000;
export const maxCatchUpMost = 20;
export const maxPauseAfter = 100;

/** What a schedule is where nothing else is said. */
export const scheduleDefaults = {
  overlap: 'skip',
  catchUpMs: 3_600_000,
  catchUpMost: 1,
  jitterMs: 0,
  pauseAfter: 3,
} as const;

/** Returns the id that a name makes: `nightly maintenance` is `nightly-maintenance`. Empty where nothing of it can be used. */
export const idOfName = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');

interface ScheduleProblem {
  readonly field: 'zone' | 'cron' | 'jitter' | 'if';
  /** The end of a sentence that begins with the field's name. */
  readonly message: string;
}

/** Returns what is wrong with a schedule whose fields have their form: times that do not exist, a fire that never comes, names that are none. */
export function scheduleProblems(schedule: Schedule, nowMs: number): readonly ScheduleProblem[] {
  const { cron, zone, jitterMs, onlyIf, inputs } = schedule;
  if (!isZone(zone)) return [{ field: 'zone', message: `${JSON.stringify(zone)} is no time zone${nearZone(zone)}` }];
  const problems: ScheduleProblem[] = [];
  const wrong = cronProblem(cron, zone, nowMs);
  if (wrong !== undefined) problems.push({ field: 'cron', message: `${JSON.stringify(cron.slice(0, 100))} ${wrong}` });
  else if (jitterMs > 0) {
    const gapMs = shortestGapMs(schedule, nowMs);
    if (jitterMs >= gapMs)
      problems.push({ field: 'jitter', message: `has to be less than the ${durationText(gapMs)} between two fires` });
  }
  if (onlyIf !== null) {
    const scope = { inputs: Object.keys(inputs), steps: [], conditions: true, item: false, output: false };
    const read = readExpression(onlyIf, scope, 'truth');
    if (read.kind === 'wrong') problems.push({ field: 'if', message: read.problem.message });
  }
  return problems;
}

function nearZone(zone: string): string {
  const near = nearestWord(zone, Intl.supportedValuesOf('timeZone'));
  return near === undefined ? '; Europe/Zurich is one' : `, but ${near} is one`;
}
