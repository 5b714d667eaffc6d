/**
 * A point in time by three clocks. `monotonicMs` counts from the start of the machine, the same in all its processes, and never
 * jumps; `boot` names that start. The wall clock may be set a day on or back at any moment, so it counts only from one boot to another.
 */
export interface Moment {
  readonly boot: string;
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** For how long somebody has a message. */
export interface Lease {
  readonly boot: string;
  readonly takenMs: number;
  readonly leaseMs: number;
}

/** When something is over, a message or a wait: a time of the monotonic clock of one boot, and what the wall clock said that it would be. */
export interface Due {
  readonly boot: string;
  readonly dueMs: number;
  readonly wallMs: number;
}

/** Returns whether a lease is over. Whoever had it before the machine started again is gone. */
export const isLeaseOver = ({ boot, takenMs, leaseMs }: Lease, now: Moment): boolean =>
  boot !== now.boot || now.monotonicMs < takenMs || now.monotonicMs >= takenMs + leaseMs;

/** Returns when a message that is accepted now and expires at a time of the wall clock is due. */
export const dueAt = (expiresAtMs: number, now: Moment): Due => ({
  boot: now.boot,
  dueMs: Math.ceil(now.monotonicMs) + Math.max(0, expiresAtMs - now.wallMs),
  wallMs: expiresAtMs,
});

/**
 * Returns what the wall clock would say now if nobody had set it on since an earlier moment. Where it was set back, or the machine was
 * off in between, what it says.
 */
export const steadyWallMs = (since: Moment, now: Moment): number =>
  since.boot === now.boot ? Math.min(now.wallMs, since.wallMs + now.monotonicMs - since.monotonicMs) : now.wallMs;

/** Returns whether it is past its time: in the boot of its acceptance by the clock that never jumps, in a later one by the wall's. */
export const isPast = ({ boot, dueMs, wallMs }: Due, now: Moment): boolean =>
  boot === now.boot ? now.monotonicMs >= dueMs : now.wallMs >= wallMs;

/** Returns whether either clock says so: for what may end too early, and never too late. */
export const isPastByEither = (due: Due, now: Moment): boolean => isPast(due, now) || now.wallMs >= due.wallMs;

/** Returns when something is due of which only the wall clock's time is on record. */
export const dueByWall = (wallMs: number): Due => ({ boot: 'unknown', dueMs: 0, wallMs });
