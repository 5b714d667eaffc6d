import { Fault } from '../base/fault.ts';
import { familyOf } from '../domain/environments/cuda-family.ts';
import { printLock } from '../domain/environments/lock.ts';
import { torchFamily } from '../domain/environments/promises.ts';
import { editRequirement, parseRequirements } from '../domain/environments/requirements.ts';
import { unpackedBytes } from '../domain/environments/unpacked.ts';
import type { PackageMove, PlanDraft, RejectedVersion } from '../domain/plans/plan.ts';
import type { PythonFacts } from '../ports/index.ts';
import type { EnvironmentBefore } from './_environment-before.ts';
import type { AskedByComponents } from './_pack-requirements.ts';
import { joinedQuestions } from './_questions.ts';
import type { AllResolved } from './_resolve-all.ts';

/**
 * Returns the draft of a plan that leads from one environment to another. `first` are named first among the moves; a pinned line
 * of requirements.in whose package moves gets the new version.
 */
export function environmentDraft(options: {
  readonly before: EnvironmentBefore;
  readonly found: Extract<AllResolved, { kind: 'resolved' }>;
  readonly python: PythonFacts;
  readonly first: readonly string[];
  readonly requirementsText?: string;
  readonly rejected?: readonly RejectedVersion[];
  readonly warnings?: readonly string[];
  readonly notes?: readonly string[];
}): PlanDraft {
  const { before, found, python, first } = options;
  const { versions } = before;
  const after = new Map(found.packages.map((one) => [one.name, one.version]));
  const moves: PackageMove[] = [];
  for (const name of [...new Set([...first, ...versions.keys(), ...after.keys()])]) {
    const from = versions.get(name) ?? null;
    const to = after.get(name) ?? null;
    if (from !== to) moves.push({ name, from, to });
  }
  const sizes = found.packages
    .filter(({ name, version }) => versions.get(name) !== version)
    .map((one) => one.sizeBytes);
  const downloadBytes = sizes.every((size) => size !== null)
    ? sizes.reduce((sum: number, size) => sum + (size ?? 0), 0)
    : null;
  const all = found.packages.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0);
  return {
    moves,
    rejected: [...(options.rejected ?? []), ...found.rejected],
    lockText: lockTextOf({ before, found, python }),
    requirementsText: movedPins(options.requirementsText ?? before.requirementsText, { versions, after }),
    downloadBytes,
    diskBytes: all > 0 ? unpackedBytes(all) : null,
    notes: options.notes ?? [],
    mustAsk: joinedQuestions(lostBuild(moves, first), found.mustAsk),
    warnings: [...(options.warnings ?? []), ...ignoredWarnings(before.asked), ...found.warnings],
    brokenPromises: found.brokenPromises,
  };
}

/** A build of the torch family that nobody asked to change, and that is to be another: on whose card it runs is a person's decision. */
function lostBuild(moves: readonly PackageMove[], first: readonly string[]): string | null {
  for (const { name, from, to } of moves) {
    if (!torchFamily.has(name) || first.includes(name) || from === null || to === null) continue;
    if (familyOf(from) !== familyOf(to))
      return `${name} ${from} would become ${to}: another build, because nothing gives the one that is installed`;
  }
  return null;
}

/** Returns the lock of what was found; a build number stays, so that the files of an earlier build are not met again. */
export function lockTextOf(options: {
  readonly before: EnvironmentBefore;
  readonly found: Pick<Extract<AllResolved, { kind: 'resolved' }>, 'packages'>;
  readonly python: Pick<PythonFacts, 'abi' | 'platform'>;
}): string {
  const { before, found, python } = options;
  const { build } = before.lock;
  const { abi, platform } = python;
  return printLock({ abi, platform, packages: found.packages, ...(build === undefined ? {} : { build }) });
}

/** Returns the fault for what cannot be resolved. */
export const impossible = ({ code, reason }: Extract<AllResolved, { kind: 'impossible' }>): Fault =>
  new Fault(code, reason, { state: 'Nothing was changed.' });

function movedPins(
  text: string,
  { versions, after }: { versions: ReadonlyMap<string, string>; after: ReadonlyMap<string, string> },
): string {
  let edited = text;
  for (const requirement of parseRequirements({ file: 'requirements.in', text })) {
    const isPinned = /^={2,3}/.test(requirement.specifier);
    const to = after.get(requirement.name);
    if (isPinned && to !== undefined && versions.get(requirement.name) !== to)
      edited = editRequirement(edited, { name: requirement.name, specifier: `==${to}` });
  }
  return edited;
}

/** One warning per component with lines that are not obeyed. */
function ignoredWarnings({ core, packs }: AskedByComponents): readonly string[] {
  return [core, ...packs].flatMap(({ component, ignored }) => {
    const [one] = ignored;
    if (one === undefined) return [];
    const more = ignored.length === 1 ? '' : ` (and ${ignored.length - 1} more)`;
    return [`requirements.txt of ${component}, line ${one.line} is not obeyed: ${one.reason}${more}`];
  });
}
