import type { Risk } from '../changes/risk.ts';
import { matchesAny, matchesCharacters } from '../definitions/match-path.ts';
import { normalName } from '../environments/package-name.ts';
import { factNames, type When } from './rules.ts';

/** What rules look at. */
export interface ChangeFacts {
  /** The tree that proposes it. */
  readonly tree: string;
  readonly paths: readonly string[];
  /** See `footprint.ts`: `package:torch`. */
  readonly facts: readonly string[];
  /** Bytes of the files that it adds or changes. */
  readonly sizeBytes: number;
}

/** Returns what of a change a condition is about, as a list for people, or undefined when it does not hold. */
export function whatMatches(when: When, change: ChangeFacts, tier: Risk | null): readonly string[] | undefined {
  const found: string[] = [];
  const holds = (asked: boolean, what: string | undefined): boolean => {
    if (asked && what !== undefined) found.push(what);
    return !asked || what !== undefined;
  };
  const { tiers, paths, trees, filesOver, bytesOver } = when;
  const fits =
    holds(tiers.length > 0, tier !== null && tiers.includes(tier) ? `risk ${tier}` : undefined) &&
    holds(trees.length > 0, trees.includes(change.tree) ? `tree ${change.tree}` : undefined) &&
    holds(paths.length > 0, first(change.paths.filter((path) => matchesAny(paths, path)))) &&
    factNames.every((name) => holds(when.facts[name] !== undefined, factOf(name, when, change))) &&
    holds(filesOver !== null, change.paths.length > (filesOver ?? 0) ? `${change.paths.length} files` : undefined) &&
    holds(bytesOver !== null, change.sizeBytes > (bytesOver ?? 0) ? `${change.sizeBytes} bytes` : undefined);
  return fits ? found : undefined;
}

function factOf(name: (typeof factNames)[number], when: When, { facts }: ChangeFacts): string | undefined {
  const patterns = (when.facts[name] ?? []).map((one) => (name === 'package' ? normalName(one) : one));
  const rests = facts.flatMap((fact) => (fact.startsWith(`${name}:`) ? [fact.slice(name.length + 1)] : []));
  const fitting = rests.filter((rest) => patterns.some((pattern) => matchesCharacters(pattern, rest)));
  const told = first(fitting);
  return told === undefined ? undefined : `${name} ${told}`;
}

/** The first, and how many more there are. */
function first(items: readonly string[]): string | undefined {
  const [one, ...others] = items;
  return one === undefined || others.length === 0 ? one : `${one} and ${others.length} more`;
}
