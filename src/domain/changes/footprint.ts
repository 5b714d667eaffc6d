import { asks, type ChangedFile, meaningOf } from './file-meaning.ts';

/** What a change touches, by meaning. */
export interface Footprint {
  /** Every path that differs, sorted. */
  readonly paths: readonly string[];
  /**
   * What that means, sorted: `package:torch`, `component:ComfyUI`, `model-path:<section/key>`, `port:8190`, `flag:--lowvram`,
   * `workflow:<file>`, `config:<dotted key>`, `tree:<id>`, `agent:<id>`, `playbook:<id>`, `environment:<fact of the lock>`. A path
   * whose text says nothing more is one itself: `path:<path>`.
   */
  readonly facts: readonly string[];
  /** Fact to what it is made to be, for comparing only; who touches one fact to the same end does not stand in another's way. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Returns what a change touches. A file that cannot be read as what it should be is its path: nothing more is claimed of it.
 */
export function footprintOf(files: readonly ChangedFile[]): Footprint {
  const values = new Map<string, string>();
  for (const file of files) for (const [fact, value] of meaningOf(file)) values.set(fact, joined(values, fact, value));
  return {
    paths: files.map(({ path }) => path).sort(),
    facts: [...values.keys()].sort(),
    values: Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** What requirements.in asks of a package counts more than where the lock has it: the lock is made from it. */
function joined(values: ReadonlyMap<string, string>, fact: string, value: string): string {
  const there = values.get(fact);
  if (there === undefined) return value;
  return there.startsWith(asks) ? there : value;
}

/** Returns the facts that both touch, whether or not to the same end. */
export function overlaps(a: Pick<Footprint, 'facts'>, b: Pick<Footprint, 'facts'>): readonly string[] {
  const others = new Set(b.facts);
  return a.facts.filter((fact) => others.has(fact));
}

/** Returns the facts that both touch, each to another end. */
export const disagreements = (a: Footprint, b: Footprint): readonly string[] =>
  overlaps(a, b).filter((fact) => a.values[fact] !== b.values[fact]);
