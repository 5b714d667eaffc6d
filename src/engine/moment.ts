import type { Moment } from '../domain/bus/lifetime.ts';
import type { Clock } from '../ports/index.ts';

/** Returns what the clocks say now. */
export const momentOf = (clock: Clock): Moment => ({
  boot: clock.bootName(),
  monotonicMs: clock.monotonicMs(),
  wallMs: clock.nowMs(),
});
