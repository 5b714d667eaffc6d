import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import { type LockedPackage, printLock, readLock } from '../domain/environments/lock.ts';
import { normalName } from '../domain/environments/package-name.ts';
import { editRequirement, parseRequirements, printRequirement } from '../domain/environments/requirements.ts';
import { torchWarnings } from '../domain/environments/torch-companions.ts';
import { compareVersions, isPrerelease } from '../domain/environments/version.ts';
import type { PackageMove, PlanDraft, RejectedVersion } from '../domain/plans/plan.ts';
import type { PythonFacts } from '../ports/index.ts';
import { definePlanningAction, type PlanningContext } from './_context.ts';

const input = z.object({
  package: z.string().min(1),
  /** Names, separated by blanks or commas. */
  family: z.string().default(''),
  version: z.string().default(''),
});

/** Versions that are tried, newest first, before giving up. */
const maxTries = 8;

/**
 * Chooses the newest version of a package that fits everything else, together with its family, and resolves the whole
 * lock for it. Other packages stay where they are; only when that is impossible may they move. Writes nothing.
 * Faults: `PACKAGE_NOT_FOUND`, `PACKAGE_CONFLICT`, `NOTHING_TO_DO`, those of the index.
 */
export const envChoose = definePlanningAction({
  id: 'env.choose',
  summary: 'Choose the version to move to, and resolve everything that goes with it',
  effect: 'plan',
  input,
  async plan(context, asked) {
    const name = normalName(asked.package);
    const family = asked.family
      .split(/[\s,]+/)
      .filter((one) => one !== '')
      .map(normalName);
    const { requirementsText, lock } = await readCurrent(context);
    const current = new Map(lock.packages.map((one) => [one.name, one.version]));
    if (!current.has(name)) {
      throw new Fault('PACKAGE_NOT_FOUND', `${name} is not part of this installation.`, {
        hints: [`It holds: ${[...current.keys()].slice(0, 12).join(', ')}`],
        state: 'Nothing was changed.',
      });
    }
    const python = await context.interpreter();
    const { index, mark } = context;
    const toolsDir = context.paths.tools;
    const versions =
      asked.version === '' ? await context.python.versions({ name, index, python, toolsDir, mark }) : [asked.version];
    const candidates = versions.filter((version) => asked.version !== '' || !isPrerelease(version)).slice(0, maxTries);
    const from = current.get(name) ?? '';
    const rejected: RejectedVersion[] = [];
    for (const version of candidates) {
      if (asked.version === '' && compareVersions(version, from) <= 0) break;
      if (version === from) break;
      const tried = await tryVersion(context, { name, version, family, requirementsText, current, python });
      if (tried.kind === 'fits')
        return draftOf({ ...tried, name, family, version, current, requirementsText, rejected, python });
      rejected.push({ name, version, why: tried.why });
    }
    throw nothingFits({ name, from, asked: asked.version, candidates, rejected });
  },
});

async function readCurrent(context: PlanningContext) {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const read = async (path: string): Promise<string> => {
    const bytes = await context.store.readFile(context.baseTree, path);
    if (!bytes) throw new Fault('CONFIG_INVALID', `The branch has no ${path}.`, { hints: ['orchestrate doctor'] });
    return decoder.decode(bytes);
  };
  const requirementsText = await read('requirements.in');
  return { requirementsText, lock: readLock({ file: 'requirements.lock', text: await read('requirements.lock') }) };
}

interface Try {
  readonly name: string;
  readonly version: string;
  readonly family: readonly string[];
  readonly requirementsText: string;
  readonly current: ReadonlyMap<string, string>;
  readonly python: PythonFacts;
}

type Tried =
  | { readonly kind: 'fits'; readonly packages: readonly LockedPackage[]; readonly othersMoved: boolean }
  | { readonly kind: 'misfit'; readonly why: string };

async function tryVersion(context: PlanningContext, one: Try): Promise<Tried> {
  const { name, version, family, current, python } = one;
  const moving = new Set([name, ...family]);
  const wanted: string[] = [];
  for (const requirement of parseRequirements({ file: 'requirements.in', text: one.requirementsText })) {
    if (requirement.name === name)
      wanted.push(printRequirement({ ...requirement, specifier: `===${version}`, comment: null }));
    else if (moving.has(requirement.name))
      wanted.push(printRequirement({ ...requirement, specifier: '', comment: null }));
    else wanted.push(printRequirement({ ...requirement, comment: null }));
  }
  if (!wanted.some((line) => line.includes(`===${version}`))) wanted.push(`${name}===${version}`);
  const pins = [...current].filter(([other]) => !moving.has(other)).map(([other, at]) => `${other}===${at}`);
  const resolve = (requirements: readonly string[]) =>
    context.python.resolve({
      requirements,
      index: context.index,
      python,
      toolsDir: context.paths.tools,
      mark: context.mark,
    });
  const kept = await resolve([...wanted, ...pins]);
  if (kept.kind === 'resolved') return { kind: 'fits', packages: kept.packages, othersMoved: false };
  const free = await resolve(wanted);
  if (free.kind === 'resolved') return { kind: 'fits', packages: free.packages, othersMoved: true };
  return { kind: 'misfit', why: free.reason };
}

function draftOf(
  found: Try & { packages: readonly LockedPackage[]; othersMoved: boolean; rejected: readonly RejectedVersion[] },
): PlanDraft {
  const { name, version, family, current, packages, python } = found;
  const after = new Map(packages.map((one) => [one.name, one.version]));
  const moves: PackageMove[] = [];
  for (const other of [...new Set([name, ...family, ...current.keys(), ...after.keys()])]) {
    const from = current.get(other) ?? null;
    const to = after.get(other) ?? null;
    if (from !== to) moves.push({ name: other, from, to });
  }
  let requirementsText = found.requirementsText;
  for (const requirement of parseRequirements({ file: 'requirements.in', text: requirementsText })) {
    const isPinned = /^={2,3}/.test(requirement.specifier);
    const to = after.get(requirement.name);
    if (isPinned && to !== undefined && current.get(requirement.name) !== to) {
      requirementsText = editRequirement(requirementsText, { name: requirement.name, specifier: `==${to}` });
    }
  }
  const isNew = (one: LockedPackage): boolean => current.get(one.name) !== one.version;
  const sizes = packages.filter(isNew).map((one) => one.sizeBytes);
  const downloadBytes = sizes.every((size) => size !== null)
    ? sizes.reduce((sum: number, size) => sum + (size ?? 0), 0)
    : null;
  const all = packages.reduce((sum, one) => sum + (one.sizeBytes ?? 0), 0);
  const others = found.othersMoved
    ? [`${moves.length - 1 - family.length} other packages have to move with ${name} ${version}`]
    : [];
  return {
    moves,
    rejected: found.rejected,
    lockText: printLock({ abi: python.abi, platform: python.platform, packages }),
    requirementsText,
    downloadBytes,
    diskBytes: all > 0 ? all * 3 : null,
    warnings: [...others, ...(name === 'torch' ? torchWarnings(version, after) : [])],
  };
}

function nothingFits(one: {
  name: string;
  from: string;
  asked: string;
  candidates: readonly string[];
  rejected: readonly RejectedVersion[];
}): Fault {
  const { name, from, asked, rejected } = one;
  const state = 'Nothing was changed.';
  const first = rejected[0];
  if (first) {
    return new Fault('PACKAGE_CONFLICT', `No newer ${name} fits: ${first.version} does not, because ${first.why}`, {
      state,
      data: { rejected },
    });
  }
  if (asked !== '' && asked !== from)
    return new Fault('PACKAGE_NOT_FOUND', `The index has no ${name} ${asked}.`, { state });
  return new Fault('NOTHING_TO_DO', `${name} ${from} is the newest that the index has for this interpreter.`, {
    state,
  });
}
