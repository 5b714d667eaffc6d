import type { DeclaredWorkflow } from '../../engine/workflows/declared.ts';
import type { WorkflowCount } from '../../ports/index.ts';

/** A workflow that ran, by the name of its file where it is a declared one. */
export interface RanWorkflow {
  /** Null: nobody declared it. */
  readonly name: string | null;
  readonly shape: string;
  readonly classes: readonly string[];
  readonly models: readonly string[];
  readonly times: number;
  readonly nFailed: number;
  readonly durationMs: number;
  readonly lastAtMs: number;
}

/** Returns what ran with the names of what is declared, the last one first. `counts`: the newest first, as `Usage` tells them. */
export function ranWorkflows(
  counts: readonly WorkflowCount[],
  declared: readonly DeclaredWorkflow[],
): readonly RanWorkflow[] {
  const byKey = new Map<string, RanWorkflow>();
  for (const { name: shape, ...one } of counts) {
    const name = nameOf({ shape, models: one.models }, declared);
    const key = name ?? `-${shape}`;
    const known = byKey.get(key);
    byKey.set(
      key,
      known === undefined
        ? { name, shape, ...one }
        : {
            ...known,
            times: known.times + one.times,
            nFailed: known.nFailed + one.nFailed,
            durationMs: known.durationMs + one.durationMs,
            lastAtMs: Math.max(known.lastAtMs, one.lastAtMs),
          },
    );
  }
  return [...byKey.values()].toSorted((a, b) => b.lastAtMs - a.lastAtMs);
}

/** The same models decide between two of one shape; with other models it is still the one that alone has this shape. */
function nameOf(
  { shape, models }: { readonly shape: string; readonly models: readonly string[] },
  declared: readonly DeclaredWorkflow[],
): string | null {
  const alike = declared.filter((one) => one.shape === shape);
  const same = alike.find((one) => JSON.stringify(one.models) === JSON.stringify(models));
  return same?.name ?? (alike.length === 1 ? (alike[0]?.name ?? null) : null);
}
