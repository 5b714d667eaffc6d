/** How many requests there may be: `burst` at once, and `perSecond` in the long run. */
export interface PaceLimits {
  readonly perSecond: number;
  readonly burst: number;
}

/** Returns who says of each request, by a clock in milliseconds that never jumps, whether it comes within the limits. */
export function createPace({ perSecond, burst }: PaceLimits): (nowMs: number) => boolean {
  let left = burst;
  let sinceMs = Number.NEGATIVE_INFINITY;
  return (nowMs) => {
    left = Math.min(
      burst,
      sinceMs === Number.NEGATIVE_INFINITY ? burst : left + ((nowMs - sinceMs) / 1_000) * perSecond,
    );
    sinceMs = nowMs;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
