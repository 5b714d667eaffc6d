/** When a production that died is started again: at most so often in so long. */
export interface RestartRule {
  readonly most: number;
  readonly withinSeconds: number;
}

export interface Death {
  /** Restarts that were tried before, in milliseconds since 1970. */
  readonly triedAtMs: readonly number[];
  readonly nowMs: number;
  /** Its own words say that a start is forbidden, such as malware that ComfyUI found; null: they do not. */
  readonly forbidden: string | null;
}

export type RestartVerdict =
  | { readonly restarts: true; readonly nth: number; readonly waitMs: number }
  | { readonly restarts: false; readonly reason: string };

/** The first restart waits this long: ports and memory of the dead one are given back in it. */
const firstWaitMs = 2_000;
/** What dies again at once is tried again after twice as long, up to this. */
const longestWaitMs = 5 * 60_000;

/**
 * Says whether production that died is started again, and when. Without a rule it is not: what made it die is still there. A
 * restart that lies in the future, since a clock was set back, counts too: the cap never lets more through than it says.
 */
export function judgeRestart(rule: RestartRule | null, { triedAtMs, nowMs, forbidden }: Death): RestartVerdict {
  if (forbidden !== null) return { restarts: false, reason: forbidden };
  if (rule === null) return { restarts: false, reason: 'service.restart is never' };
  const nTried = triedAtMs.filter((atMs) => nowMs - atMs <= rule.withinSeconds * 1_000).length;
  if (nTried >= rule.most)
    return {
      restarts: false,
      reason: `it was started again ${nTried === 1 ? 'once' : `${nTried} times`} within ${rule.withinSeconds} s, and service.restart-most is ${rule.most}`,
    };
  return { restarts: true, nth: nTried + 1, waitMs: Math.min(longestWaitMs, firstWaitMs * 2 ** nTried) };
}
