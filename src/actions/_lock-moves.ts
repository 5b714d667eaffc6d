import type { LockedPackage } from '../domain/environments/lock.ts';
import type { PackageMove, PlanDraft } from '../domain/plans/plan.ts';

/** Returns what moves between two states of the lock, and what that costs where the index tells sizes. */
export function lockMoves(
  before: readonly Pick<LockedPackage, 'name' | 'version'>[],
  after: readonly LockedPackage[],
): Pick<PlanDraft, 'moves' | 'downloadBytes' | 'diskBytes'> {
  const was = new Map(before.map((one) => [one.name, one.version]));
  const is = new Map(after.map((one) => [one.name, one.version]));
  const moves: PackageMove[] = [];
  for (const name of [...new Set([...was.keys(), ...is.keys()])].sort()) {
    const move = { name, from: was.get(name) ?? null, to: is.get(name) ?? null };
    if (move.from !== move.to) moves.push(move);
  }
  if (moves.length === 0) return { moves, downloadBytes: 0, diskBytes: 0 };
  const fresh = after.filter((one) => was.get(one.name) !== one.version);
  const known = fresh.every((one) => one.sizeBytes !== null);
  const all = after.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0);
  return {
    moves,
    downloadBytes: known ? fresh.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0) : null,
    // A wheel unpacks to about three times its size, bytecode included.
    diskBytes: all > 0 ? all * 3 : null,
  };
}
