/** What one look at a running service saw. Times are of the clock that never jumps. */
export interface Seen {
  readonly atMs: number;
  /** Null: it does not answer. */
  readonly queue: { readonly running: readonly string[]; readonly nWaiting: number } | null;
  /** It wrote something since the look before that is no echo of a request. */
  readonly wrote: boolean;
  /** Of its process; null: nobody can tell. */
  readonly cpuMs: number | null;
  readonly residentBytes: number | null;
  /** Its log says that the thread which runs prompts is dead. */
  readonly isWorkerDead: boolean;
}

/** What is remembered from one look to the next. */
export interface Stillness {
  /** What it is busy with; null: with nothing. */
  readonly subject: string | null;
  readonly sinceMs: number;
  readonly nLooks: number;
  /** As it was when the stillness began. */
  readonly cpuMs: number | null;
  readonly residentBytes: number | null;
  /** Between two signs of progress, newest last. */
  readonly gapsMs: readonly number[];
  readonly isWorkerDead: boolean;
  /** The newest look saw it move. */
  readonly hasMoved: boolean;
}

export interface Hang {
  /** `worker`: the thread that runs prompts is dead. `silent`: nothing is answered. `queue`: it answers, and does not get on. */
  readonly cause: 'worker' | 'silent' | 'queue';
  readonly stillMs: number;
  readonly limitMs: number;
}

/** As long as nothing says that it needs longer: with the time between two looks below a minute. */
const stillMs = 45_000;
/** What computes, or cannot be seen to rest, may just be slow: a large model is loaded, a film is decoded. */
const busyMs = 10 * 60_000;
/** So many times what it usually takes from one sign of progress to the next. */
const usualTimes = 4;
/** Fewer looks say nothing: whoever looks may have stood still himself. */
const fewestLooks = 5;
const mostGaps = 20;
/** A server that only answers needs less of one processor. */
const busyShare = 0.1;
/** More memory taken or given back between two looks: a model comes or goes. */
const modelBytes = 64 * 1024 ** 2;
const silence = '(silent)';

/**
 * Judges a look at a service after the one before it. A prompt that runs gets on when another takes its place, when the service writes, or
 * when a model moves through its memory; a queue without work never hangs.
 */
export function judgeStillness(
  before: Stillness | undefined,
  seen: Seen,
): { readonly now: Stillness; readonly hang: Hang | null } {
  const subject = subjectOf(seen);
  const isSame = before !== undefined && before.subject === subject;
  const hasMoved = before !== undefined && (!isSame || (subject !== silence && hasProgress(before, seen)));
  const isWorkerDead = seen.isWorkerDead || before?.isWorkerDead === true;
  const gapsMs = [...(before?.gapsMs ?? []), ...(isSame && seen.wrote ? [seen.atMs - before.sinceMs] : [])];
  const kept = { subject, hasMoved, isWorkerDead, gapsMs: gapsMs.slice(-mostGaps) };
  const now: Stillness =
    isSame && !hasMoved
      ? { ...before, ...kept, nLooks: before.nLooks + 1 }
      : { ...kept, sinceMs: seen.atMs, nLooks: 1, cpuMs: seen.cpuMs, residentBytes: seen.residentBytes };
  return { now, hang: hangOf(now, seen) };
}

function hangOf(now: Stillness, seen: Seen): Hang | null {
  const forMs = seen.atMs - now.sinceMs;
  if (now.isWorkerDead) return { cause: 'worker', stillMs: forMs, limitMs: 0 };
  if (now.subject === null) return null;
  const cause = now.subject === silence ? 'silent' : 'queue';
  const limitMs = cause === 'silent' ? stillMs : limitOf(now, seen, forMs);
  if (forMs < limitMs || now.nLooks < fewestLooks) return null;
  return { cause, stillMs: forMs, limitMs };
}

function limitOf({ gapsMs, cpuMs }: Stillness, seen: Seen, forMs: number): number {
  const usual = gapsMs.toSorted((a, b) => a - b)[Math.floor(gapsMs.length / 2)] ?? 0;
  const isBusy = !rests({ fromMs: cpuMs, toMs: seen.cpuMs, forMs });
  return Math.max(stillMs, usual * usualTimes, isBusy ? busyMs : 0);
}

/** Whether a process took as little processor time as one that only answers; never where nobody can tell. */
export const rests = (of: {
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly forMs: number;
}): boolean => of.fromMs !== null && of.toMs !== null && (of.toMs - of.fromMs) / Math.max(1, of.forMs) < busyShare;

function hasProgress({ residentBytes }: Stillness, seen: Seen): boolean {
  if (seen.wrote) return true;
  return (
    residentBytes !== null && seen.residentBytes !== null && Math.abs(seen.residentBytes - residentBytes) >= modelBytes
  );
}

function subjectOf({ queue }: Seen): string | null {
  if (queue === null) return silence;
  if (queue.running.length > 0) return queue.running.join(' ');
  return queue.nWaiting > 0 ? '(waiting)' : null;
}
