import { Fault } from '../base/fault.ts';
import { judgedAge, newestOldEnough } from '../domain/environments/cooldown.ts';
import type { RejectedVersion } from '../domain/plans/plan.ts';
import type { Offer, PythonFacts, Resolution } from '../ports/index.ts';
import type { PlanningContext } from './_context.ts';
import { mostOf } from './_most-of.ts';

/** What judging ages needs of a planning action's context. */
export type CooldownContext = Pick<PlanningContext, 'python' | 'index' | 'clock' | 'signal'> & {
  readonly config: { readonly policy: Pick<PlanningContext['config']['policy'], 'minAgeSeconds'> };
};

type Resolved = Extract<Resolution, { kind: 'resolved' }>;

export interface Cooled {
  readonly found: Resolved;
  /** Versions that were too young, and for which an older one came. */
  readonly rejected: readonly RejectedVersion[];
  readonly warnings: readonly string[];
  /** Why a person has to say yes: something younger than policy asks for has to come. */
  readonly mustAsk: string | null;
}

/** Packages asked about at once, packages in all, and how long new questions are begun: a page takes the index a moment. */
const limits = { atOnce: 6, packages: 200, ms: 60_000 };
/** An older version may bring along another package, which may be young itself. */
const maxRounds = 3;
/** Calls of the resolver in a round. */
const maxResolves = 8;
/** Packages that a sentence names. */
const maxNamed = 5;

/**
 * Holds what comes or moves with a plan to the age that policy asks for: asks the index when each was published, and takes the
 * newest version that is old enough instead of one that is too young, as far as the rest allows that. What stays where it is is not
 * asked about, nor what was judged already. A folder of wheels tells no times: nothing is judged there. Writes nothing.
 */
export async function coolDown(
  context: CooldownContext,
  options: {
    readonly found: Resolved;
    /** Name to version, as it is now. */
    readonly versions: ReadonlyMap<string, string>;
    /** Names whose age was judged, or that somebody asked for by their number, or that come from an index of their own. */
    readonly judged: ReadonlySet<string>;
    readonly python: PythonFacts;
    /** Resolves again under lines that bind versions. */
    readonly resolve: (caps: readonly string[]) => Promise<Resolution>;
  },
): Promise<Cooled> {
  const { versions, judged, python } = options;
  const { minAgeSeconds } = context.config.policy;
  let { found } = options;
  if (context.index.kind === 'folder' || minAgeSeconds === 0)
    return { found, rejected: [], warnings: [], mustAsk: null };
  const offers = new Map<string, readonly Offer[] | undefined>();
  const question = { python, nowMs: context.clock.nowMs(), minAgeSeconds };
  const moved = () => found.packages.filter(({ name, version }) => versions.get(name) !== version && !judged.has(name));
  const ages = () => moved().map((one) => ({ ...one, age: judgedAge(offers.get(one.name), one.version, question) }));
  const young = () =>
    ages().flatMap(({ name, version, age }) => (age.kind === 'young' ? [{ name, version, ...age }] : []));
  const caps = new Map<string, string>();
  const seen: RejectedVersion[] = [];
  for (let nRounds = 0; nRounds < maxRounds; nRounds += 1) {
    await look(
      context,
      moved().map(({ name }) => name),
      offers,
    );
    const fresh = young().flatMap(({ name, version, why }) => {
      const older = newestOldEnough(offers.get(name) ?? [], version, question);
      return older === undefined || caps.has(name) ? [] : [{ name, version, why, cap: `${name}<=${older}` }];
    });
    if (fresh.length === 0) break;
    const before = [...caps.values()];
    const fits = async (some: readonly (typeof fresh)[number][]): Promise<boolean> => {
      const answer = await options.resolve([...before, ...some.map(({ cap }) => cap)]);
      if (answer.kind === 'resolved') found = answer;
      return answer.kind === 'resolved';
    };
    const { kept } = await mostOf(fresh, { fits, maxCalls: maxResolves });
    for (const { name, version, why, cap } of kept) {
      caps.set(name, cap);
      seen.push({ name, version, why });
    }
    if (kept.length === 0) break;
  }
  await look(
    context,
    moved().map(({ name }) => name),
    offers,
  );
  const left = young().map(({ name, version, why }) => `${name} ${version} is ${why}`);
  const unknown = ages().flatMap(({ name, version, age }) => (age.kind === 'unknown' ? [`${name} ${version}`] : []));
  return {
    ...{ found, rejected: seen },
    warnings: [
      ...left.map((one) => `${one}, and nothing older fits`),
      ...(unknown.length === 0 ? [] : [`how old ${shown(unknown)} is, nobody tells: policy.min-age was not judged`]),
    ],
    mustAsk: left.length === 0 ? null : `${shown(left)}, and comes all the same`,
  };
}

/** Asks the index about each name once; what it does not answer stays unknown. */
async function look(
  { python, index, clock, signal }: CooldownContext,
  names: readonly string[],
  offers: Map<string, readonly Offer[] | undefined>,
): Promise<void> {
  const open = names.filter((name) => !offers.has(name)).slice(0, Math.max(0, limits.packages - offers.size));
  const endMs = clock.monotonicMs() + limits.ms;
  const ask = async (): Promise<void> => {
    for (let name = open.shift(); name !== undefined; name = open.shift()) {
      signal.throwIfAborted();
      if (clock.monotonicMs() > endMs) return;
      try {
        offers.set(name, await python.offers({ name, index, signal }));
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        offers.set(name, undefined);
      }
    }
  };
  await Promise.all(Array.from({ length: limits.atOnce }, ask));
}

const shown = (names: readonly string[]): string =>
  names.length <= maxNamed
    ? names.join(', ')
    : `${names.slice(0, maxNamed).join(', ')} and ${names.length - maxNamed} more`;
