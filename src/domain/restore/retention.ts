import { spanOfDays } from './days.ts';
import type { Eviction, KeptEnvironment, WheelRemoval } from './prune-plan.ts';
import type { KeptWheel } from './space.ts';

/** A restore point as the retention rule sees it. */
export interface RetainedPoint {
  readonly number: number;
  readonly name: string;
  readonly environment: string | null;
  readonly atMs: number;
  readonly isPinned: boolean;
  /** `undo` leads there: it never becomes worse than `offline`. */
  readonly isWayBack: boolean;
  /** Kept wheels of its lock; null when the lock cannot be read. */
  readonly wheels: readonly KeptWheel[] | null;
  /** Every wheel of its lock is kept. */
  readonly hasAllWheels: boolean;
  /** Its lock names no hashes: what it calls for was found, and no index may have it. */
  readonly isBorrowed: boolean;
}

export interface FoundEnvironment {
  readonly id: string;
  /** Null: unknown. */
  readonly sizeBytes: number | null;
  /** Why it could not be built again as it is, or is none of ours; null where nothing speaks against it. */
  readonly obstacle: string | null;
}

export interface RetentionFacts {
  readonly points: readonly RetainedPoint[];
  readonly environments: readonly FoundEnvironment[];
  /** Environments that something needs now, with the reason: `production runs it`. */
  readonly needed: ReadonlyMap<string, string>;
  /** An open run may need what no restore point names: then that stays. */
  readonly openRun: string | null;
  readonly keep: { readonly last: number; readonly youngerThanMs: number };
  readonly nowMs: number;
  /** Every kept wheel; given only when wheels may go as well. */
  readonly wheels: readonly KeptWheel[] | null;
}

/**
 * Decides which environments go by the rule (the last N restore points, pinned ones, young ones and what is needed now
 * stay), and which wheels when they may go as well. A restore point only ever falls to `offline`; to `needs-network`
 * when wheels may go, and then never the one that `undo` leads to.
 */
export function chooseEvictions(facts: RetentionFacts): {
  readonly evictions: readonly Eviction[];
  readonly kept: readonly KeptEnvironment[];
  readonly wheels: readonly WheelRemoval[];
} {
  const newest = [...facts.points].sort((a, b) => b.number - a.number);
  const last = new Set(newest.slice(0, facts.keep.last).map((point) => point.number));
  const why = (point: RetainedPoint): string | undefined => reasonOf(point, last, facts);
  const evictions: Eviction[] = [];
  const kept: KeptEnvironment[] = [];
  for (const { id, sizeBytes, obstacle } of facts.environments) {
    const users = newest.filter((point) => point.environment === id);
    const points = users.map((point) => point.name);
    const reason =
      facts.needed.get(id) ??
      (users.length === 0 && facts.openRun !== null ? `${facts.openRun} is open and may need it` : undefined) ??
      users.map(why).find((one) => one !== undefined) ??
      obstacle ??
      users.map((point) => wheelObstacle(point, facts)).find((one) => one !== undefined);
    if (reason !== undefined) kept.push({ environment: id, sizeBytes, points, why: reason });
    else {
      const to = users.length === 0 ? null : users.every((one) => one.hasAllWheels) ? 'offline' : 'needs-network';
      evictions.push({ environment: id, sizeBytes, points, to });
    }
  }
  const wheels = chooseWheels(facts, (point) => why(point) === undefined && !facts.needed.has(point.environment ?? ''));
  const losing = new Set(wheels.flatMap((one) => one.points));
  return {
    evictions: evictions.map((one) =>
      one.points.some((name) => losing.has(name)) ? { ...one, to: 'needs-network' as const } : one,
    ),
    kept,
    wheels,
  };
}

/** Why the rule keeps what the point needs, if it does. */
function reasonOf(point: RetainedPoint, last: ReadonlySet<number>, facts: RetentionFacts): string | undefined {
  const { keep, nowMs } = facts;
  if (point.isPinned) return `${point.name} is pinned`;
  if (last.has(point.number))
    return keep.last === 1
      ? `${point.name} is the newest restore point`
      : `${point.name} is among the last ${keep.last}`;
  if (nowMs - point.atMs < keep.youngerThanMs) return `${point.name} is younger than ${spanOfDays(keep.youngerThanMs)}`;
  return undefined;
}

function wheelObstacle(point: RetainedPoint, { wheels }: RetentionFacts): string | undefined {
  if (point.hasAllWheels) return undefined;
  if (wheels !== null && !point.isWayBack) return undefined;
  return `${point.name} could not be brought back without the network: not all of its wheels are kept`;
}

/** Wheels that only restore points need which the rule lets go, or nothing needs. */
function chooseWheels(facts: RetentionFacts, mayGo: (point: RetainedPoint) => boolean): readonly WheelRemoval[] {
  // A lock that cannot be read may need any of them.
  if (facts.wheels === null || facts.openRun !== null || facts.points.some((point) => point.wheels === null)) return [];
  return facts.wheels.flatMap((wheel) => {
    const users = facts.points.filter((point) => point.wheels?.some((one) => one.sha256 === wheel.sha256));
    if (users.some((point) => point.isWayBack || !mayGo(point))) return [];
    // What only borrowed locks stand for was built here or was lying here: it may be the only copy.
    if (users.length > 0 && users.every((point) => point.isBorrowed)) return [];
    return [{ ...wheel, points: users.map((point) => point.name).sort() }];
  });
}
