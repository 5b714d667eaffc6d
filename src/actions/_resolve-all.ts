import { Fault } from '../base/fault.ts';
import { isWheelOf, type LockedPackage } from '../domain/environments/lock.ts';
import {
  brokenPromises,
  type BrokenPromise,
  doubledVariants,
  needersOf,
  packLines,
  type PackLine,
  promiseWarning,
  relaxedLine,
  torchFamily,
} from '../domain/environments/promises.ts';
import { findRequirement, printRequirement, type Requirement } from '../domain/environments/requirements.ts';
import { meetsSpecifiers } from '../domain/environments/specifier.ts';
import type { RejectedVersion } from '../domain/plans/plan.ts';
import type { PythonFacts, Resolution, TakenPackage } from '../ports/index.ts';
import type { PlanningContext } from './_context.ts';
import { type Cooled, type CooldownContext, coolDown } from './_cooldown.ts';
import { type EnvironmentBefore, ownRequirements, type OwnRequirement, pinsOf } from './_environment-before.ts';
import {
  broughtByVenv,
  keepUndeclared,
  lostByHand,
  type Stay,
  stayWarning,
  type Undeclared,
} from './_hand-installed.ts';
import type { AskedByComponents } from './_pack-requirements.ts';
import { joinedQuestions } from './_questions.ts';
import { takeFamily, type TakingContext } from './_take-family.ts';

export interface AllWanted {
  /** The branch's environment, from which as little as possible moves. */
  readonly before: EnvironmentBefore;
  /** What the person asks for, with what this run changes about it; left out, requirements.in as it is. ComfyUI's own lines are added. */
  readonly own?: readonly OwnRequirement[];
  /** What the components ask for that are to be; left out, those of the branch. */
  readonly asked?: AskedByComponents;
  /** Packages whose version is free; every other one stays where it is when that is possible. */
  readonly moving?: Iterable<string>;
  /** Packages that go, unless something that stays needs them. */
  readonly removed?: Iterable<string>;
  /** What is settled from an index of its own; left out, what today's lock takes from one, where it stays. */
  readonly taken?: readonly TakenPackage[];
  /** Packages whose age needs no look: it was judged, or somebody asked for that version by its number. */
  readonly judged?: Iterable<string>;
  readonly python: PythonFacts;
}

export type AllResolved =
  | {
      readonly kind: 'resolved';
      readonly packages: readonly LockedPackage[];
      /** More moves than was asked for: it was impossible without. */
      readonly othersMoved: boolean;
      readonly needs: Readonly<Record<string, readonly string[]>>;
      readonly brokenPromises: readonly BrokenPromise[];
      /** One sentence per broken promise, and per package that nobody asks for and that stays all the same. */
      readonly warnings: readonly string[];
      /** Versions of packages that move along that were too young. */
      readonly rejected: readonly RejectedVersion[];
      /** Why a person has to say yes: what somebody installed by hand goes, or what is too young comes. */
      readonly mustAsk: string | null;
    }
  /** ComfyUI's and the person's own requirements fight, or nothing meets one: `reason` names both and who asks. */
  | {
      readonly kind: 'impossible';
      readonly code: 'PACKAGE_NOT_FOUND' | 'PACKAGE_CONFLICT';
      readonly reason: string;
    };

type ResolvingContext = TakingContext &
  CooldownContext &
  Pick<PlanningContext, 'index' | 'files'> & {
    readonly paths: Pick<PlanningContext['paths'], 'tools' | 'wheels'>;
  };
type Impossible = Extract<Resolution, { kind: 'impossible' }>;
type Resolved = Extract<Resolution, { kind: 'resolved' }>;
type Resolve = (lines: readonly string[], pins: readonly string[]) => Promise<Resolution>;

/** Calls of the resolver for one answer; a real index takes seconds for each. */
const maxResolves = 24;

/**
 * Resolves everything that an environment has to hold: ComfyUI's lines and the person's win over node packs, there is one
 * variant of OpenCV and of onnxruntime, and no pack moves the torch family. Lines of packs that fight are found and given up, first
 * their version, then the line; each is a broken promise of the answer. What only moved packages needed goes; what
 * nobody ever asked for stays, and what moves is as old as policy asks for, where that is possible. Writes nothing.
 * Fault: `PACKAGE_CONFLICT` when the fighting lines cannot be found within 24 calls of the resolver.
 */
export async function resolveAll(context: ResolvingContext, wanted: AllWanted): Promise<AllResolved> {
  const { before, python } = wanted;
  const asked = wanted.asked ?? before.asked;
  const own = [...(wanted.own ?? ownRequirements(before.requirements)), ...coreRequirements(asked)];
  const packs = packLines(asked.packs, { own: own.map(({ requirement }) => requirement), facts: python });
  const kept = await keptWheels(context, before.lock.packages);
  const free = new Set([...(wanted.moving ?? []), ...(wanted.removed ?? [])]);
  const { packages } = before.lock;
  const taken = wanted.taken ?? (await takeFamily(context, { packages, free, python }));
  let nResolves = 0;
  let last: Impossible | undefined;
  const resolveWith = async (settled: readonly TakenPackage[], ...[lines, constraints]: Parameters<Resolve>) => {
    const { index, mark, paths } = context;
    const requirements = [...new Set(lines.filter((line) => line !== ''))];
    const options = { requirements, constraints, taken: settled, index, kept, python, toolsDir: paths.tools, mark };
    return context.python.resolve(options);
  };
  const resolve: Resolve = async (lines, constraints) => {
    nResolves += 1;
    if (nResolves > maxResolves) throw gaveUp(last, packs);
    const found = await resolveWith(taken, lines, constraints);
    if (found.kind === 'impossible') last = found;
    return found;
  };
  const resolveToday: Resolve = async (lines, constraints) => {
    const today = wanted.taken === undefined ? taken : await takeFamily(context, { packages, free: new Set(), python });
    return resolveWith(today, lines, constraints);
  };
  const pins = pinsOf(before.versions, new Set([...free, ...taken.map(({ locked }) => locked.name)]));
  const agreed = await agree(resolve, { own, packs, pins, last: () => last });
  if (agreed.kind === 'impossible') return { ...agreed, reason: reasonOf(agreed, own) };
  const { found, lines } = agreed;
  const stay = await keepUndeclared(context, {
    extra: await undeclared(resolveToday, { before, found, python, gone: new Set(wanted.removed) }),
    ...{ found, kept, python },
    resolve: (stays) => resolveWith(taken, [...lines, ...stays], agreed.bounds),
  });
  const cooled = await coolDown(context, {
    ...{ found: stay.found, versions: before.versions, python },
    judged: new Set([...(wanted.judged ?? []), ...taken.map(({ locked }) => locked.name)]),
    resolve: (caps) => resolveWith(taken, [...lines, ...stay.stays], [...agreed.bounds, ...caps]),
  });
  return answer(cooled, {
    ...{ own, packs, othersMoved: agreed.bounds.length < (tiersOf(pins, agreed.lines)[0]?.length ?? 0) },
    extra: stay.extra,
  });
}

type Agreed =
  | {
      readonly kind: 'resolved';
      readonly found: Resolved;
      readonly lines: readonly string[];
      /** The versions that stay. */
      readonly bounds: readonly string[];
    }
  | Impossible;

/**
 * Brings packs in line with what wins, and keeps what can be kept: every version where it is, else those of the torch family, else
 * none; only when the packs fight with what wins, lines of packs are given up.
 */
async function agree(
  resolve: Resolve,
  options: {
    own: readonly OwnRequirement[];
    packs: readonly PackLine[];
    pins: readonly string[];
    last: () => Impossible | undefined;
  },
): Promise<Agreed> {
  const { packs, pins } = options;
  const own = options.own.map(({ requirement }) => printRequirement({ ...requirement, comment: null }));
  let lines = packs.map(({ line }) => line);
  let free: Resolution | undefined;
  for (const bounds of [...tiersOf(pins, [...own, ...lines]), []]) {
    free = await resolve([...own, ...lines], bounds);
    if (free.kind === 'resolved') return { kind: 'resolved', found: free, lines: [...own, ...lines], bounds };
  }
  if (free === undefined) throw new Error('the last try has no bounds');
  const alone = lines.length === 0 ? free : await resolve(own, []);
  if (alone.kind === 'impossible') return alone;
  while (free.kind === 'impossible') {
    const culprit =
      namedCulprit(free, packs, lines) ??
      (await firstFighting(lines, async (some) => (await resolve([...own, ...some], [])).kind === 'resolved'));
    const pack = packs[culprit];
    if (pack === undefined) throw gaveUp(options.last(), packs);
    const relaxed = relaxedLine(pack);
    lines = lines.with(culprit, lines[culprit] === relaxed ? '' : relaxed);
    free = await resolve([...own, ...lines], []);
  }
  for (const bounds of tiersOf(pins, [...own, ...lines])) {
    const again = await resolve([...own, ...lines], bounds);
    if (again.kind === 'resolved') return { kind: 'resolved', found: again, lines: [...own, ...lines], bounds };
  }
  return { kind: 'resolved', found: free, lines: [...own, ...lines], bounds: [] };
}

/** What may stay, most first: every version that all lines are content with, then those of the torch family. */
function tiersOf(pins: readonly string[], lines: readonly string[]): readonly (readonly string[])[] {
  const asked = Map.groupBy(
    lines.map(readLine).filter((one) => one !== undefined),
    ({ name }) => name,
  );
  const fitting = pins.filter((pin) => {
    const [name = '', version = ''] = pin.split('===');
    return (asked.get(name) ?? []).every((one) => one.marker !== null || meetsSpecifiers(version, one.specifiers));
  });
  const family = fitting.filter((pin) => torchFamily.has(pin.split('===', 1)[0] ?? ''));
  return [fitting, family].filter((tier, at, all) => tier.length > 0 && tier.length !== all[at - 1]?.length);
}

/**
 * Returns the packages that would go though nothing that moves had brought them: somebody installed them by hand. When today's
 * environment cannot be resolved, nobody can tell, and all stay. The installer itself is not one of them: none of it is in
 * an environment that is built here.
 */
async function undeclared(
  resolve: Resolve,
  options: {
    before: EnvironmentBefore;
    found: Resolved;
    python: PythonFacts;
    gone: ReadonlySet<string>;
  },
): Promise<readonly Undeclared[]> {
  const { before, found, gone } = options;
  const names = new Set(found.packages.map(({ name }) => name));
  const dropped = [...before.versions.keys()].filter((name) => !names.has(name) && !gone.has(name) && name !== 'pip');
  if (dropped.length === 0) return [];
  const own = [...ownRequirements(before.requirements), ...coreRequirements(before.asked)];
  const packs = packLines(before.asked.packs, {
    own: own.map(({ requirement }) => requirement),
    facts: options.python,
  });
  const lines = own.map(({ requirement }) => printRequirement({ ...requirement, comment: null }));
  const today = await resolve([...lines, ...packs.map(relaxedLine)], pinsOf(before.versions));
  const declared = new Set(today.kind === 'resolved' ? today.packages.map(({ name }) => name) : []);
  const otherwise = today.kind === 'resolved' ? 'hand' : 'unknown';
  return dropped
    .filter((name) => !declared.has(name))
    .map((name) => ({
      ...{ name, version: before.versions.get(name) ?? '' },
      by: broughtByVenv.has(name) ? 'venv' : otherwise,
    }));
}

const coreRequirements = ({ core }: AskedByComponents): readonly OwnRequirement[] =>
  core.requirements.map((requirement) => ({ by: core.component, requirement }));

/** Paths of the wheels of today's lock that are kept: one that was built by hand is on no index. */
async function keptWheels(
  { files, paths }: Pick<ResolvingContext, 'files' | 'paths'>,
  packages: readonly LockedPackage[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const hash of await files.list(paths.wheels)) {
    for (const file of await files.list(`${paths.wheels}/${hash}`)) {
      // A borrowed lock knows no hashes: there the name and version of the file have to do.
      const isOfLock = packages.some((one) =>
        one.sha256.length === 0 ? isWheelOf(file, one) : one.file === file && one.sha256.includes(hash),
      );
      if (isOfLock) found.push(`${paths.wheels}/${hash}/${file}`);
    }
  }
  return found;
}

function answer(
  cooled: Cooled,
  parts: {
    own: readonly OwnRequirement[];
    packs: readonly PackLine[];
    othersMoved: boolean;
    extra: readonly Stay[];
  },
): AllResolved {
  const { packages: found, needs = {} } = cooled.found;
  const names = found.map(({ name }) => name);
  const wanted = [
    ...parts.own.map(({ requirement }) => requirement.name),
    ...parts.packs.map(({ line }) => readLine(line)?.name ?? ''),
  ];
  const doubled = doubledVariants(names, wanted);
  const packages = found.filter(({ name }) => !doubled.some((one) => one.name === name));
  const versions = new Map(packages.map(({ name, version }) => [name, version]));
  const broken: BrokenPromise[] = [
    ...brokenPromises(parts.packs, versions),
    ...doubled.flatMap(({ name, stays }) =>
      needersOf(name, needs).map(({ by, requirement }) => {
        return { pack: by, requirement, chosen: `${stays} ${versions.get(stays) ?? ''}` };
      }),
    ),
  ];
  return {
    kind: 'resolved',
    ...{ packages, needs, othersMoved: parts.othersMoved, brokenPromises: broken },
    warnings: [...broken.map(promiseWarning), ...cooled.warnings, ...parts.extra.map(stayWarning)],
    rejected: cooled.rejected,
    mustAsk: joinedQuestions(lostByHand(parts.extra), cooled.mustAsk),
  };
}

/** The line of a pack that the resolver itself names: the last one, so that of two packs the earlier keeps what it asks for. */
function namedCulprit({ fight }: Impossible, packs: readonly PackLine[], lines: readonly string[]): number | undefined {
  const named = (fight ?? []).filter(({ by }) => by === null).map(({ requirement }) => readLine(requirement));
  const at = packs.findLastIndex(({ line }, index) => {
    const mine = readLine(lines[index] === line ? line : '');
    return mine !== undefined && named.some((other) => other !== undefined && isSame(mine, other));
  });
  return at === -1 ? undefined : at;
}

/** The last line of the shortest beginning of the list that does not resolve: halving, since more lines never make it easier. */
async function firstFighting(
  lines: readonly string[],
  resolves: (some: readonly string[]) => Promise<boolean>,
): Promise<number> {
  const filled = lines.flatMap((line, index) => (line === '' ? [] : [index]));
  let good = 0;
  let bad = filled.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (await resolves(filled.slice(0, middle).map((index) => lines[index] ?? ''))) good = middle;
    else bad = middle;
  }
  return filled[bad - 1] ?? -1;
}

/** Says who asks for the two that fight, where the resolver names them; else what it said. */
function reasonOf({ reason, fight }: Impossible, own: readonly OwnRequirement[]): string {
  const [first, second] = (fight ?? []).map((claim) => {
    if (claim.by !== null) return `${claim.by} needs ${claim.requirement}`;
    const mine = readLine(claim.requirement);
    const asker = own.find(({ requirement }) => mine !== undefined && isSame(requirement, mine));
    return asker === undefined ? undefined : `${asker.by} asks for ${claim.requirement}`;
  });
  return first === undefined || second === undefined ? reason : `${first}, but ${second}.`;
}

function readLine(line: string): Omit<Requirement, 'line'> | undefined {
  const found = findRequirement(line);
  return typeof found === 'object' ? found : undefined;
}

/** The resolver prints a requirement in its own spelling: the order of its conditions differs. */
function isSame(a: Omit<Requirement, 'line'>, b: Omit<Requirement, 'line'>): boolean {
  const conditions = (one: Omit<Requirement, 'line'>): string =>
    one.specifiers
      .map(({ operator, version }) => `${operator}${version}`)
      .sort()
      .join(',');
  return a.name === b.name && conditions(a) === conditions(b);
}

function gaveUp(last: Impossible | undefined, packs: readonly PackLine[]): Fault {
  const names = [...new Set(packs.map(({ pack }) => pack))];
  return new Fault(
    'PACKAGE_CONFLICT',
    `What the node packs ask for cannot be brought together: ${last?.reason ?? 'the resolver gave no reason.'}`,
    {
      state: 'Nothing was changed.',
      hints: ['Remove the node pack that asks for it, or ask for one version in requirements.in.'],
      data: { packs: names },
    },
  );
}
