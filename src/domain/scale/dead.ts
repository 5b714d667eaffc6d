import { durationText } from '../definitions/units.ts';

/** What is known of a step that should be at work. */
export interface AttemptSigns {
  readonly attempt: string;
  /** State of its task. */
  readonly state: string;
  /** A program of it was ended by a signal that was not ours, and the step failed with it. */
  readonly died: { readonly program: string; readonly signal: string } | null;
  /** How long it has been at work; null when it is not. */
  readonly runningMs: number | null;
  /** Longest that its playbook gives it. */
  readonly limitMs: number;
  /** As its newest beat says; null when there was none yet. */
  readonly beat: { readonly nPrograms: number; readonly quietMs: number; readonly ageMs: number } | null;
}

export interface Judged {
  readonly attempt: string;
  readonly verdict: 'dead' | 'alive' | 'at rest';
  /** What speaks for it, one clause each. */
  readonly signs: readonly string[];
}

/** A step that shows nothing for less than this may be thinking, downloading, or waiting for a lock. */
export const quietLimitMs = 5 * 60_000;
/** An attempt beats this often while it is at work. */
export const beatEveryMs = 60_000;

/**
 * Judges from several signs at once: an attempt counts as dead only when two that do not depend on each other say so. Healthy
 * work that is only slow, only quiet or only without a program of its own is alive.
 */
export function judgeAttempt(signs: AttemptSigns): Judged {
  const { attempt, state, died, runningMs, limitMs, beat } = signs;
  if (died !== null && (state === 'parked' || state === 'failed'))
    return {
      attempt,
      verdict: 'dead',
      signs: [`${died.program} was ended by ${died.signal}, not by orchestrate`, 'the step failed with it'],
    };
  if (runningMs === null) return { attempt, verdict: 'at rest', signs: [`the step is ${state}`] };
  const isOver = runningMs > limitMs;
  const isQuiet = beat !== null && beat.quietMs + beat.ageMs > quietLimitMs;
  const hasNoProgram = beat !== null && beat.nPrograms === 0;
  const told = [
    isOver
      ? `it runs for ${durationText(runningMs)}, and had ${durationText(limitMs)}`
      : `it runs for ${durationText(runningMs)} of ${durationText(limitMs)}`,
    beat === null
      ? 'it has not beaten yet'
      : isQuiet
        ? `nothing of it moved for ${durationText(beat.quietMs + beat.ageMs)}: no file, no row, no program`
        : `it moved ${durationText(beat.quietMs + beat.ageMs)} ago`,
    ...(beat === null ? [] : [`${beat.nPrograms} ${beat.nPrograms === 1 ? 'program' : 'programs'} of it live`]),
  ];
  return { attempt, verdict: isOver && isQuiet && hasNoProgram ? 'dead' : 'alive', signs: told };
}
