/** Something that needs others of its kind to be done before. */
export interface Needing {
  readonly id: string;
  readonly needs: readonly string[];
}

/**
 * Returns the ids of one circle of needs, in the order in which each needs the next, or undefined when there is none.
 * It starts with the member that is declared first. Needs that name nothing are passed over.
 */
export function findCycle(items: readonly Needing[]): readonly string[] | undefined {
  const byId = new Map(items.map((item) => [item.id, item]));
  const finished = new Set<string>();
  const visit = (item: Needing, trail: readonly string[]): readonly string[] | undefined => {
    const at = trail.indexOf(item.id);
    if (at !== -1) return trail.slice(at);
    if (finished.has(item.id)) return undefined;
    for (const need of item.needs) {
      const next = byId.get(need);
      const cycle = next === undefined ? undefined : visit(next, [...trail, item.id]);
      if (cycle !== undefined) return cycle;
    }
    finished.add(item.id);
    return undefined;
  };
  for (const item of items) {
    const cycle = visit(item, []);
    if (cycle !== undefined) return rotate(cycle, items);
  }
  return undefined;
}

function rotate(cycle: readonly string[], items: readonly Needing[]): readonly string[] {
  const first = items.find((item) => cycle.includes(item.id));
  const at = first === undefined ? 0 : cycle.indexOf(first.id);
  return [...cycle.slice(at), ...cycle.slice(0, at)];
}
