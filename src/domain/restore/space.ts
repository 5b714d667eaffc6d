/** What a restore point needs on disk. */
export interface PointUse {
  readonly number: number;
  /** Null: adopted, not kept by us. */
  readonly environment: string | null;
  /** Kept wheels of its lock; null when the lock cannot be read. One that is not kept takes no room. */
  readonly wheels: readonly KeptWheel[] | null;
}

export interface KeptWheel {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Room that a restore point takes. Null: unknown. */
export interface PointSpace {
  readonly environmentBytes: number | null;
  readonly wheelsBytes: number | null;
  /** Would be free if this restore point alone were gone, with all that it needs. */
  readonly ownBytes: number | null;
  /** Needed by other restore points as well. */
  readonly sharedBytes: number | null;
}

/** Returns what each restore point takes, by its number. `environments`: bytes of those that are there; null where nobody knows. */
export function spaceOf(
  points: readonly PointUse[],
  environments: ReadonlyMap<string, number | null>,
): ReadonlyMap<number, PointSpace> {
  const nUses = new Map<string, number>();
  for (const point of points) for (const key of partsOf(point, environments).keys()) count(nUses, key);
  return new Map(
    points.map((point) => {
      const parts = partsOf(point, environments);
      const sum = (which: (key: string) => boolean): number | null =>
        [...parts].reduce<number | null>(
          (total, [key, bytes]) => (which(key) ? plus(total, bytes) : total),
          point.wheels === null ? null : 0,
        );
      const isShared = (key: string): boolean => (nUses.get(key) ?? 0) > 1;
      const wheelsBytes = point.wheels?.reduce((total, one) => total + one.sizeBytes, 0) ?? null;
      const environmentBytes = point.environment === null ? 0 : (environments.get(point.environment) ?? null);
      return [
        point.number,
        {
          environmentBytes: point.environment !== null && !environments.has(point.environment) ? 0 : environmentBytes,
          wheelsBytes,
          ownBytes: sum((key) => !isShared(key)),
          sharedBytes: sum(isShared),
        },
      ];
    }),
  );
}

/** Everything that the point needs and that is there, each once. */
function partsOf(
  point: PointUse,
  environments: ReadonlyMap<string, number | null>,
): ReadonlyMap<string, number | null> {
  const parts = new Map<string, number | null>();
  const { environment } = point;
  if (environment !== null && environments.has(environment))
    parts.set(`environment ${environment}`, environments.get(environment) ?? null);
  for (const { sha256, sizeBytes } of point.wheels ?? []) parts.set(`wheel ${sha256}`, sizeBytes);
  return parts;
}

const plus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);

function count(nUses: Map<string, number>, key: string): void {
  nUses.set(key, (nUses.get(key) ?? 0) + 1);
}
