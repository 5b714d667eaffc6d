import { mergeByName, type Sides } from '../changes/merge-sides.ts';
import type { Lock, LockedPackage } from './lock.ts';

/** What two sides want of one environment, before it is resolved anew. */
export type LockWishes =
  | {
      readonly kind: 'wishes';
      /** Every package where a side put it, else where it was: what may stay, stays there. */
      readonly lock: Lock;
      /** Versions that a side moved to for its own sake: they may not be anything else. `by`: which side. */
      readonly held: readonly {
        readonly name: string;
        readonly version: string;
        readonly by: 'ours' | 'theirs' | 'both';
      }[];
      /** Packages that a side took away for its own sake. */
      readonly removed: readonly string[];
      /** Moved along by both, to different versions: the resolver finds one that suits both. */
      readonly free: readonly string[];
    }
  /** `names` are packages, or facts of the environment as a whole: `python`, `platform`, `build`. */
  | { readonly kind: 'conflict'; readonly packages: readonly string[]; readonly facts: readonly string[] };

/**
 * Puts the moves of two locks together. `wanted`: packages that somebody asks for by name; any other moved along with one. A wanted package
 * that both moved to different versions is a conflict: neither may win in silence. Locks that are borrowed are the caller's matter.
 */
export function lockWishes(locks: Sides<Lock>, wanted: ReadonlySet<string>): LockWishes {
  const about = mergeByName(
    { base: factsOf(locks.base), ours: factsOf(locks.ours), theirs: factsOf(locks.theirs) },
    (a, b) => a === b,
  );
  const sides = { base: byName(locks.base), ours: byName(locks.ours), theirs: byName(locks.theirs) };
  const found = mergeByName(sides, isSame);
  const both = found.kind === 'conflict' ? found.names : [];
  const fighting = both.filter((name) => wanted.has(name));
  const facts = about.kind === 'conflict' ? about.names : [];
  if (fighting.length > 0 || facts.length > 0) return { kind: 'conflict', packages: fighting, facts };
  const free = new Set(both);
  const packages = [...found.merged.values()].filter(({ name }) => !free.has(name));
  const { base, ours, theirs } = sides;
  const movedBy = (side: ReadonlyMap<string, LockedPackage>, name: string): boolean =>
    side.get(name)?.version !== base.get(name)?.version;
  const asked = [...wanted].filter((name) => !free.has(name) && (movedBy(ours, name) || movedBy(theirs, name)));
  const build = about.merged.get('build');
  return {
    kind: 'wishes',
    lock: {
      abi: about.merged.get('python') ?? locks.ours.abi,
      platform: about.merged.get('platform') ?? locks.ours.platform,
      packages: packages.sort((a, b) => (a.name < b.name ? -1 : 1)),
      ...(build === undefined ? {} : { build: Number(build) }),
    },
    held: asked.flatMap((name) => {
      const version = found.merged.get(name)?.version;
      const [mine, other] = [movedBy(ours, name), movedBy(theirs, name)];
      return version === undefined ? [] : [{ name, version, by: mine && other ? 'both' : mine ? 'ours' : 'theirs' }];
    }),
    removed: asked.filter((name) => !found.merged.has(name)),
    free: [...free],
  };
}

const byName = ({ packages }: Lock): ReadonlyMap<string, LockedPackage> =>
  new Map(packages.map((one) => [one.name, one]));

const isSame = (a: LockedPackage, b: LockedPackage): boolean => a.version === b.version && a.index === b.index;

function factsOf({ abi, platform, build }: Lock): ReadonlyMap<string, string> {
  return new Map([
    ['python', abi],
    ['platform', platform],
    ...(build === undefined ? [] : [['build', String(build)] as const]),
  ]);
}
