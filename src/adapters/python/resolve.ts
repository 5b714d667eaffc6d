import { symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import { normalName } from '../../domain/environments/package-name.ts';
import type { LockedPackage, PackageIndex, PythonFacts, Resolution, TakenPackage } from '../../ports/python.ts';
import { type Scratch, withScratch } from './child-environment.ts';
import { classifyResolution } from './classify-pip.ts';
import { dryRun } from './dry-run.ts';
import { requireSafeLine } from './names.ts';
import type { Parts } from './parts.ts';
import { lockedPackages, readReport } from './report.ts';
import { standInLines } from './take.ts';
import { type Compiled, compileWithUv } from './uv.ts';

export interface ResolveOptions {
  readonly requirements: readonly string[];
  readonly constraints?: readonly string[];
  readonly index: PackageIndex;
  readonly kept?: readonly string[];
  readonly taken?: readonly TakenPackage[];
  readonly python: PythonFacts;
  readonly toolsDir: string;
  readonly mark: string;
}

/** Resolves requirement lines in an environment with nothing in it. */
export async function resolve(parts: Parts, options: ResolveOptions): Promise<Resolution> {
  const { taken = [] } = options;
  const requirements = options.requirements.map(requireSafeLine).filter((line) => line !== '');
  if (requirements.length === 0 && taken.length === 0) return { kind: 'resolved', packages: [] };
  return withScratch(parts, options.toolsDir, async (scratch) => {
    const reportPath = join(scratch.dir, 'report.json');
    const keptArgs = await linkKept(parts, options.kept ?? [], scratch);
    const bounds = await constraintArgs(parts, options, scratch);
    const standIns = await standInLines(parts, taken, scratch);
    const wanted = { ...options, requirements: [...requirements, ...standIns] };
    const compiled = await compileWithUv(parts, wanted, { scratch, constraintArgs: bounds, keptArgs });
    const { outcome, indexName } = await dryRun(
      parts,
      compiled === undefined ? wanted : { ...options, requirements: [...exactLines(compiled), ...standIns] },
      scratch,
      ['--report', reportPath, ...keptArgs, ...(compiled === undefined ? bounds : ['--no-deps'])],
    );
    if (!outcome.isOk) return classifyResolution(outcome, indexName);
    const items = await readReport(parts, reportPath);
    const settled = new Map(taken.map(({ locked }) => [locked.name, locked]));
    const others = items.filter(({ metadata }) => !settled.has(normalName(metadata.name)));
    const packages = [...(await lockedPackages(parts, others)), ...settled.values()];
    if (compiled !== undefined) requireSameHashes(compiled, packages, settled);
    const needs = Object.fromEntries(
      items.map(({ metadata }) => [normalName(metadata.name), metadata.requires_dist ?? []]),
    );
    return { kind: 'resolved', packages: packages.toSorted((a, b) => (a.name < b.name ? -1 : 1)), needs };
  });
}

/** pip names the wheels of the versions that uv chose, so that a lock is the same whoever resolves. */
const exactLines = ({ versions }: Compiled): readonly string[] =>
  [...versions].map(([name, version]) => requireSafeLine(`${name}===${version}`));

/** Both looked at the same index: one that tells two hashes of one file tells a lie to one of them. */
function requireSameHashes(
  { hashes }: Compiled,
  packages: readonly LockedPackage[],
  settled: ReadonlyMap<string, LockedPackage>,
): void {
  for (const { name, version, sha256 } of packages) {
    const seen = hashes.get(name);
    if (settled.has(name) || seen === undefined || sha256.some((hex) => seen.has(hex))) continue;
    throw new Fault('WHEEL_HASH_MISMATCH', `The index told uv and pip different hashes of ${name} ${version}.`, {
      state: 'Nothing was changed.',
      hints: ['Run the goal again; when it stays so, do not use that index.'],
    });
  }
}

async function constraintArgs(
  parts: Parts,
  { constraints = [] }: ResolveOptions,
  scratch: Scratch,
): Promise<readonly string[]> {
  if (constraints.length === 0) return [];
  const path = join(scratch.dir, 'constraints.txt');
  await parts.files.writeAtomic(path, constraints.map((line) => `${requireSafeLine(line)}\n`).join(''));
  return ['--constraint', path];
}

/** Kept wheels lie one in a folder, by their hash; pip is shown them side by side. */
async function linkKept(parts: Parts, kept: readonly string[], scratch: Scratch): Promise<readonly string[]> {
  if (kept.length === 0) return [];
  const dir = join(scratch.dir, 'kept');
  await parts.files.ensureDir(dir);
  for (const path of new Map(kept.map((one) => [basename(one), one])).values())
    await symlink(path, join(dir, basename(path)));
  return ['--find-links', dir];
}
