import { ownRequirements, type EnvironmentBefore, type OwnRequirement } from '../../actions/_environment-before.ts';
import { lockTextOf } from '../../actions/_environment-plan.ts';
import { type AskedByComponents, requirementsOf } from '../../actions/_pack-requirements.ts';
import { resolveAll } from '../../actions/_resolve-all.ts';
import { Fault } from '../../base/fault.ts';
import type { Sides } from '../../domain/changes/merge-sides.ts';
import { lockMeets } from '../../domain/environments/lock-meets.ts';
import { isBorrowed, type Lock, printLock, readLock } from '../../domain/environments/lock.ts';
import { asksTheSame } from '../../domain/environments/merge-asked.ts';
import { lockWishes, type LockWishes } from '../../domain/environments/merge-locks.ts';
import { torchFamily } from '../../domain/environments/promises.ts';
import { parseRequirements, requireRequirement, printRequirement } from '../../domain/environments/requirements.ts';
import { parseComponents } from '../../domain/instances/components.ts';
import { dataOf } from '../../domain/journal/kinds.ts';
import { packagesAbout } from '../../domain/plans/packages-about.ts';
import type { PackageMove, Plan } from '../../domain/plans/plan.ts';
import { markOf } from '../context.ts';
import type { Engine } from '../engine.ts';
import { interpreterOf } from '../environments/named.ts';
import { planOf } from '../tasks/task-view.ts';
import { draftOf } from './draft.ts';

interface EnvironmentTexts {
  readonly requirements: string;
  readonly components: string;
  readonly lock: string;
}

export type LockSides = Sides<EnvironmentTexts>;

export type LockMade =
  /** A side's lock was made for exactly the merged files: its text. */
  | { readonly kind: 'taken'; readonly text: string }
  | {
      readonly kind: 'anew';
      readonly text: string;
      /** From the lock of `ours`: what the change does to the branch. */
      readonly moves: readonly PackageMove[];
      /** What is neither where one side put it nor where it was. */
      readonly others: readonly PackageMove[];
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: 'conflict';
      readonly paths: readonly string[];
      readonly facts: readonly string[];
      readonly reason?: string;
    };

interface Question {
  readonly change: string;
  readonly run: string;
  readonly sides: LockSides;
  /** What the lock has to be made from. */
  readonly merged: Omit<EnvironmentTexts, 'lock'>;
  readonly signal: AbortSignal;
}

/**
 * Returns the lock of the merged requirements and components. Both sides' versions are kept: what a side moved for its own sake is held
 * there, everything else stays where it is as far as that is possible. Asks the package index; writes nothing.
 * Faults: `INDEX_UNREACHABLE` and others of the index, saying that the change waits for it.
 */
export async function lockAnew(engine: Engine, question: Question): Promise<LockMade> {
  const { sides, merged } = question;
  const ready = await readySide(engine, { sides, merged });
  if (ready !== undefined) return { kind: 'taken', text: ready };
  const locks = locksOf(sides);
  if (locks === undefined) return { kind: 'conflict', paths: ['requirements.lock'], facts: [] };
  const borrowed = borrowedReason(question, locks);
  if (borrowed !== undefined) return { kind: 'conflict', paths: ['requirements.lock'], facts: [], reason: borrowed };
  const wishes = lockWishes(locks, wantedNames(engine, question));
  if (wishes.kind === 'conflict') {
    const facts = [
      ...wishes.packages.map((name) => `package:${name}`),
      ...wishes.facts.map((one) => `environment:${one}`),
    ];
    return { kind: 'conflict', paths: ['requirements.lock'], facts };
  }
  try {
    return await resolveWishes(engine, { ...question, locks, wishes });
  } catch (error) {
    if (question.signal.aborted || !(error instanceof Fault)) throw error;
    throw waiting(question, error);
  }
}

/** The lock of a side that was made for what is asked for now, when nobody else moved it. */
async function readySide(
  engine: Engine,
  { sides, merged }: Pick<Question, 'sides' | 'merged'>,
): Promise<string | undefined> {
  const { base, ours, theirs } = sides;
  const isFor = async (side: EnvironmentTexts): Promise<boolean> =>
    asksTheSame(side.requirements, merged.requirements) &&
    (await askedText(engine, side.components)) === (await askedText(engine, merged.components));
  for (const [side, other] of [
    [theirs, ours],
    [ours, theirs],
  ] as const)
    if ((other.lock === base.lock || other.lock === side.lock) && (await isFor(side))) return side.lock;
  return undefined;
}

async function askedText({ store }: Engine, components: string): Promise<string> {
  const { core, packs } = await askedBy(store, components);
  const lines = [core, ...packs]
    .filter(({ requirements }) => requirements.length > 0)
    .map((one) => `${one.component} ${one.requirements.map(printRequirement).join(' | ')}`);
  return lines.join('\n');
}

const askedBy = (store: Engine['store'], components: string): Promise<AskedByComponents> =>
  requirementsOf(store, parseComponents(components));

function locksOf(sides: LockSides): Sides<Lock> | undefined {
  const read = ({ lock }: EnvironmentTexts): Lock => readLock({ file: 'requirements.lock', text: lock });
  try {
    return { base: read(sides.base), ours: read(sides.ours), theirs: read(sides.theirs) };
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** Nothing can be resolved into an environment that somebody else made; one that leaves it behind is as any other. */
function borrowedReason({ change, sides }: Question, locks: Sides<Lock>): string | undefined {
  const moved = [sides.ours.lock, sides.theirs.lock].filter((text) => text !== sides.base.lock);
  const isAny = [locks.base, locks.ours, locks.theirs].some(isBorrowed);
  const staysBorrowed = isBorrowed(sides.theirs.lock === sides.base.lock ? locks.ours : locks.theirs);
  if (!isAny || (moved.length === 1 && !staysBorrowed)) return undefined;
  return `The branch has moved, and with ${change} the environment would be of both: one that was found and is used where it lies cannot be made anew.`;
}

/**
 * Packages that somebody asks for: in requirements.in of any side, or by the goals of the runs that moved them. What it is put onto may be
 * foreseen: then changes that are still open are part of it.
 */
function wantedNames(engine: Engine, { run, change, sides }: Question): ReadonlySet<string> {
  const asked = [sides.base, sides.ours, sides.theirs].flatMap(({ requirements }) =>
    parseRequirements({ file: 'requirements.in', text: requirements }).map(({ name }) => name),
  );
  const plans = [planOf(engine, run), ...mergedSince(engine, draftOf(engine, change).base), ...openPlans(engine)];
  return new Set([...asked, ...torchFamily, ...plans.flatMap(packagesAbout)]);
}

/** Merges looked back for: far more than merge while a change waits. */
const maxMerges = 500;

function mergedSince(engine: Engine, commit: string): readonly Plan[] {
  const plans: Plan[] = [];
  for (const entry of engine.ledger.read({ kinds: ['branch.moved'], descending: true, limit: maxMerges })) {
    const moved = dataOf('branch.moved', entry);
    if (moved === undefined || moved.to === commit) break;
    const drafted = dataOf('change.drafted', engine.ledger.latest(`change:${moved.change}`));
    const made = drafted && dataOf('plan.made', engine.ledger.latest(`plan:${drafted.run}`));
    if (made !== undefined) plans.push(made.plan);
    if (moved.from === commit) break;
  }
  return plans;
}

function openPlans(engine: Engine): readonly Plan[] {
  return engine.host.all('change').flatMap(({ subject, isFinal }) => {
    const drafted = isFinal ? undefined : dataOf('change.drafted', engine.ledger.latest(`change:${subject}`));
    const made = drafted && dataOf('plan.made', engine.ledger.latest(`plan:${drafted.run}`));
    return made === undefined ? [] : [made.plan];
  });
}

async function resolveWishes(
  engine: Engine,
  options: Question & { locks: Sides<Lock>; wishes: Extract<LockWishes, { kind: 'wishes' }> },
): Promise<LockMade> {
  const { change, merged, wishes, locks, signal } = options;
  const python = await interpreterOf(engine, printLock(wishes.lock));
  const requirements = parseRequirements({ file: 'requirements.in', text: merged.requirements });
  const before: EnvironmentBefore = {
    requirementsText: merged.requirements,
    requirements,
    lock: wishes.lock,
    versions: new Map(wishes.lock.packages.map((one) => [one.name, one.version])),
    asked: await askedBy(engine.store, merged.components),
  };
  const { clock, files } = engine.outside;
  const { config, paths } = engine;
  const context = {
    ...{ clock, files, config, paths, signal, python: engine.outside.python },
    ...{ index: config.python.index, mark: markOf(engine, change) },
  };
  const found = await resolveAll(context, {
    ...{ before, python, own: heldRequirements(requirements, options) },
    moving: wishes.free,
    removed: wishes.removed,
    judged: [...movedNames(locks)],
  });
  const lockPaths = ['requirements.lock'];
  if (found.kind === 'impossible')
    return {
      ...{ kind: 'conflict', paths: lockPaths, facts: wishes.held.map(({ name }) => `package:${name}`) },
      reason: `What the branch holds now and what ${change} moves do not go together: ${found.reason}`,
    };
  const versions = new Map(found.packages.map((one) => [one.name, one.version]));
  const lost = [
    ...wishes.held.filter(({ name, version }) => versions.get(name) !== version).map(({ name }) => name),
    ...takenBack(options, versions),
  ];
  const unmet = lockMeets(merged.requirements, found.packages);
  if (lost.length > 0 || unmet.length > 0 || found.mustAsk !== null) {
    const facts = lost.map((name) => `package:${name}`);
    const why = unmet[0] ?? (found.mustAsk === null ? undefined : `${found.mustAsk}.`);
    const said =
      why === undefined ? {} : { reason: `With ${change} on the branch as it is now, a person has to decide: ${why}` };
    return { kind: 'conflict', paths: lockPaths, facts, ...said };
  }
  return {
    kind: 'anew',
    text: lockTextOf({ before, found, python }),
    moves: movesBetween(locks.ours, versions),
    others: movesBetween(wishes.lock, versions),
    warnings: found.warnings,
  };
}

/** Packages that one side alone moved, and that are back where they were: whoever moved them, it would be lost without a word. */
function takenBack(
  { locks, wishes }: { locks: Sides<Lock>; wishes: Extract<LockWishes, { kind: 'wishes' }> },
  versions: ReadonlyMap<string, string>,
): readonly string[] {
  const before = new Map(locks.base.packages.map((one) => [one.name, one.version]));
  const wished = new Map(wishes.lock.packages.map((one) => [one.name, one.version]));
  return [...before.keys()].filter((name) => {
    const [was, wish, now] = [before.get(name), wished.get(name), versions.get(name)];
    return wish !== undefined && wish !== was && (now === was || now === undefined);
  });
}

/** The merged lines, where a version is held with that one: of two sides neither loses what it moved. */
function heldRequirements(
  requirements: EnvironmentBefore['requirements'],
  { change, wishes }: Pick<Question, 'change'> & { wishes: Extract<LockWishes, { kind: 'wishes' }> },
): readonly OwnRequirement[] {
  const held = new Map(wishes.held.map((one) => [one.name, one]));
  const who = { ours: 'the branch', theirs: change, both: `the branch and ${change}` };
  const exact = wishes.held.map(({ name, version, by }): OwnRequirement => {
    const lines = requirements.filter((one) => one.name === name);
    const { extras, specifiers, ...rest } = requireRequirement(`${name}===${version}`);
    return { by: who[by], requirement: { ...rest, specifiers, extras: lines[0]?.extras ?? extras, line: 0 } };
  });
  return [...exact, ...ownRequirements(requirements.filter(({ name }) => !held.has(name)))];
}

function movedNames({ base, ours, theirs }: Sides<Lock>): ReadonlySet<string> {
  const was = new Map(base.packages.map((one) => [one.name, one.version]));
  return new Set(
    [...ours.packages, ...theirs.packages].flatMap((one) => (was.get(one.name) === one.version ? [] : [one.name])),
  );
}

function movesBetween(from: Lock, to: ReadonlyMap<string, string>): readonly PackageMove[] {
  const was = new Map(from.packages.map((one) => [one.name, one.version]));
  return [...new Set([...was.keys(), ...to.keys()])]
    .map((name) => ({ name, from: was.get(name) ?? null, to: to.get(name) ?? null }))
    .filter((one) => one.from !== one.to)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The same fault, saying what it keeps from going on. */
function waiting({ change, run }: Question, fault: Fault): Fault {
  return new Fault(
    fault.code,
    `The branch has moved, and requirements.lock has to be made anew for ${change}: ${fault.message}`,
    {
      hints: [`orchestrate runs resume ${run}   (once that is put right)`, `orchestrate review reject ${change}`],
      state: 'The branch and production are as they were; the change waits.',
      cause: fault,
    },
  );
}
