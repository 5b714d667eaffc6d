import { nextFire } from './cron.ts';
import type { Schedule } from './schedule.ts';

/** Why a fire did not start a run. `many`: more were missed than are caught up with. `check`: its expression did not hold. */
export type MissReason = 'late' | 'overlap' | 'many' | 'check' | 'window' | 'refused';

/** Fires that did not start a run, one after the other, for the same reason. */
export interface Missed {
  readonly fromMs: number;
  readonly toMs: number;
  /** How many there were; with `isMore` at least so many. */
  readonly count: number;
  readonly isMore: boolean;
  readonly why: MissReason;
}

/** How a schedule stands. */
export interface Standing {
  /** Fires up to here are dealt with. */
  readonly sinceMs: number;
  /** Runs that it started of late, the newest first. */
  readonly runs: readonly StartedRun[];
}

export interface StartedRun {
  readonly run: string;
  readonly createdMs: number;
  /** Null while it goes on. */
  readonly closedMs: number | null;
}

export interface Decision {
  /** What is over, in order. */
  readonly missed: readonly Missed[];
  readonly next:
    | { readonly kind: 'fire'; readonly dueMs: number; readonly lateMs: number }
    /** The run that goes on is called off first. */
    | { readonly kind: 'cancel'; readonly run: string }
    /** `untilMs` null: until the run that goes on has ended, or for ever. */
    | { readonly kind: 'wait'; readonly untilMs: number | null };
}

/** A supervisor that looks this much later was on time: it looks every two seconds, and one may have to be started first. */
const graceMs = 60_000;
/** Fires that are gone through one by one; of a longer absence the older ones are only said to have been missed. */
const maxWalked = 300;

/** Returns by how much a fire is put off, in milliseconds: below the jitter, and always the same for the same fire. */
export function jitterOf({ id, jitterMs }: Schedule, dueMs: number, sha256: (text: string) => string): number {
  if (jitterMs === 0) return 0;
  return Number.parseInt(sha256(`${id} ${dueMs}`).slice(0, 12), 16) % jitterMs;
}

/**
 * Returns what is to be done about the fires of a schedule up to now. A fire whose time came while a run of it went on is left out
 * (`skip`), starts when that ended (`queue`), or calls it off (`cancel-old`). One that comes later than the catch-up window is missed; of
 * several, the newest start, one after the other.
 */
export function decide(
  schedule: Schedule,
  standing: Standing,
  { nowMs, sha256 }: { readonly nowMs: number; readonly sha256: (text: string) => string },
): Decision {
  const { overlap, catchUpMs, catchUpMost } = schedule;
  const { runs } = standing;
  const open = runs.find(({ closedMs }) => closedMs === null);
  if (open !== undefined && overlap !== 'cancel-old') return { missed: [], next: { kind: 'wait', untilMs: null } };

  const { dues, skipped, next } = walk(schedule, standing, nowMs);
  const missed: Missed[] = skipped === undefined ? [] : [skipped];
  const ready: { readonly dueMs: number; readonly lateMs: number }[] = [];
  for (const dueMs of dues) {
    const atMs = dueMs + jitterOf(schedule, dueMs, sha256);
    if (atMs > nowMs) return settle(missed, ready, { untilMs: atMs, catchUpMost });
    if (overlap === 'skip' && runs.some((run) => wentOn(run, atMs))) {
      add(missed, { dueMs, why: 'overlap' }, ready.at(-1)?.dueMs);
      continue;
    }
    const isLate = nowMs - freeMs(runs, atMs) > graceMs + catchUpMs;
    if (isLate) add(missed, { dueMs, why: 'late' }, ready.at(-1)?.dueMs);
    else if (open !== undefined) return { missed, next: { kind: 'cancel', run: open.run } };
    else ready.push({ dueMs, lateMs: nowMs - atMs });
  }
  const untilMs = next === undefined ? null : next + jitterOf(schedule, next, sha256);
  return settle(missed, ready, { untilMs, catchUpMost });
}

function settle(
  missed: Missed[],
  ready: readonly { readonly dueMs: number; readonly lateMs: number }[],
  { untilMs, catchUpMost }: { readonly untilMs: number | null; readonly catchUpMost: number },
): Decision {
  const kept = ready.slice(-catchUpMost);
  for (const { dueMs } of ready.slice(0, ready.length - kept.length)) add(missed, { dueMs, why: 'many' });
  const [first] = kept;
  if (first === undefined) return { missed, next: { kind: 'wait', untilMs } };
  // What came after the fire is dealt with after it: its place among the rows says up to where all is dealt with.
  return { missed: missed.filter(({ toMs }) => toMs < first.dueMs), next: { kind: 'fire', ...first } };
}

const wentOn = ({ createdMs, closedMs }: StartedRun, atMs: number): boolean =>
  createdMs <= atMs && closedMs !== null && atMs < closedMs;

/** When a fire no longer had to wait for a run: one that stood in line is late from then on only. */
const freeMs = (runs: readonly StartedRun[], atMs: number): number =>
  Math.max(atMs, ...runs.flatMap(({ closedMs }) => (closedMs !== null && closedMs > atMs ? [closedMs] : [])));

/** What follows right after one of the same reason is told with it. `readyMs`: the newest fire that is no miss. */
function add(
  missed: Missed[],
  { dueMs, why }: { readonly dueMs: number; readonly why: MissReason },
  readyMs = Number.NEGATIVE_INFINITY,
): void {
  const last = missed.at(-1);
  if (last?.why === why && readyMs < last.toMs)
    missed[missed.length - 1] = { ...last, toMs: dueMs, count: last.count + 1 };
  else missed.push({ fromMs: dueMs, toMs: dueMs, count: 1, isMore: false, why });
}

/** The fires since then up to now, and the first after. Of very many, those that can still count. */
function walk(schedule: Schedule, { sinceMs: fromMs, runs }: Standing, nowMs: number) {
  const whole = walkFrom(schedule, fromMs, nowMs);
  if (whole.dues.length < maxWalked) return { ...whole, skipped: undefined };
  const waited = runs.map(({ createdMs, closedMs }) => (closedMs === null ? 0 : closedMs - createdMs));
  let spanMs = schedule.catchUpMs + graceMs + schedule.jitterMs + Math.max(0, ...waited);
  let near = walkFrom(schedule, Math.max(fromMs, nowMs - spanMs), nowMs);
  while (near.dues.length >= maxWalked) {
    spanMs /= 2;
    near = walkFrom(schedule, Math.max(fromMs, nowMs - spanMs), nowMs);
  }
  const older = whole.dues.filter((dueMs) => dueMs <= nowMs - spanMs);
  const first = older[0] ?? fromMs;
  const skipped: Missed = {
    ...{ fromMs: first, toMs: Math.max(first, (near.dues[0] ?? nowMs) - 1) },
    ...({ count: older.length, isMore: true, why: 'late' } as const),
  };
  return { ...near, skipped };
}

function walkFrom(schedule: Schedule, fromMs: number, nowMs: number) {
  const dues: number[] = [];
  let next = nextFire(schedule, fromMs);
  while (next !== undefined && next <= nowMs && dues.length < maxWalked) {
    dues.push(next);
    next = nextFire(schedule, next);
  }
  return { dues, next };
}
