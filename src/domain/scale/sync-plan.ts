import { canonicalJson, type JsonObject } from '../../base/json.ts';

/** What `trees sync` does about one folder below `trees/`, or says about it. */
export type SyncStep =
  /** `keep`: as it should be. `on-demand`: not there; the first run that needs it makes it. `leave`: stays, and why. */
  | { readonly act: 'keep' | 'on-demand' | 'leave'; readonly slot: string; readonly reason: string }
  /** Moved to trash. */
  | { readonly act: 'trash'; readonly slot: string; readonly reason: string; readonly why: 'half-made' | 'beyond' };

/** A folder below `trees/`, or an administration of home without one. */
export interface FoundFolder {
  readonly name: string;
  readonly state: 'linked' | 'half' | 'missing';
  /** We made it once: a lease of it is on record. */
  readonly isOurs: boolean;
  readonly holder: string | null;
  /** Why it has to stay, for those that would go; null: nothing of it is needed. */
  readonly kept: string | null;
}

/**
 * Returns what makes the folders below `trees/` agree with the definitions, by name. `trees`: the names of the slots of each
 * tree, as many as it has now. Nothing is ever taken away that a run holds, that has edits, or that we did not make.
 */
export function planSync(options: {
  readonly trees: ReadonlyMap<string, readonly string[]>;
  readonly found: readonly FoundFolder[];
}): readonly SyncStep[] {
  const wanted = new Map([...options.trees].flatMap(([tree, names]) => names.map((name) => [name, tree] as const)));
  const steps = options.found.map((one) => stepFor(one, options.trees, wanted));
  for (const name of wanted.keys()) {
    if (options.found.some((one) => one.name === name)) continue;
    steps.push({ act: 'on-demand', slot: name, reason: 'not made yet: the first run that needs it makes it' });
  }
  return steps.sort((a, b) => (a.slot < b.slot ? -1 : 1));
}

function stepFor(
  { name, state, isOurs, holder, kept }: FoundFolder,
  trees: ReadonlyMap<string, readonly string[]>,
  wanted: ReadonlyMap<string, string>,
): SyncStep {
  if (wanted.has(name)) {
    if (state === 'missing')
      return { act: 'on-demand', slot: name, reason: 'its folder is gone: the next run that needs it makes it anew' };
    if (state === 'linked') return { act: 'keep', slot: name, reason: holder === null ? 'free' : `held by ${holder}` };
    const why = holder === null ? kept : `${holder} is at it`;
    if (why !== null) return { act: 'leave', slot: name, reason: `half made; it stays: ${why}` };
    return { act: 'trash', slot: name, reason: 'half made: the next run makes it anew', why: 'half-made' };
  }
  const [tree = '', number] = name.split('@');
  const names = trees.get(tree);
  if (names === undefined && !isOurs)
    return { act: 'leave', slot: name, reason: `no tree is called ${tree}, and no run ever worked there: not ours` };
  const why =
    names === undefined
      ? `the tree ${tree} is gone`
      : `${tree} has ${names.length} ${names.length === 1 ? 'slot' : 'slots'}, this is number ${number ?? '?'}`;
  if (kept !== null) return { act: 'leave', slot: name, reason: `${why}; it stays: ${kept}` };
  return { act: 'trash', slot: name, reason: why, why: 'beyond' };
}

/** Names a plan: what is shown is what is executed. */
export const syncHash = (steps: readonly SyncStep[], removal: string, sha256: (text: string) => string): string =>
  sha256(canonicalJson({ steps: steps as unknown as JsonObject[], removal }));
