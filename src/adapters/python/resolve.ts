import { symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

import type { PackageIndex, PythonFacts, Resolution, TakenPackage } from '../../ports/python.ts';
import { type Scratch, withScratch } from './child-environment.ts';
import { classifyResolution } from './classify-pip.ts';
import { dryRun } from './dry-run.ts';
import { normalName, requireRequirement } from './names.ts';
import type { Parts } from './parts.ts';
import { lockedPackages, readReport } from './report.ts';
import { standInLines } from './take.ts';

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
  const requirements = options.requirements.map(requireRequirement).filter((line) => line !== '');
  if (requirements.length === 0 && taken.length === 0) return { kind: 'resolved', packages: [] };
  return withScratch(parts, options.toolsDir, async (scratch) => {
    const reportPath = join(scratch.dir, 'report.json');
    const keptArgs = await linkKept(parts, options.kept ?? [], scratch);
    const args = ['--report', reportPath, ...keptArgs, ...(await constraintArgs(parts, options, scratch))];
    const lines = [...requirements, ...(await standInLines(parts, taken, scratch))];
    const { outcome, indexName } = await dryRun(parts, { ...options, requirements: lines }, scratch, args);
    if (!outcome.isOk) return classifyResolution(outcome, indexName);
    const items = await readReport(parts, reportPath);
    const settled = new Map(taken.map(({ locked }) => [locked.name, locked]));
    const others = items.filter(({ metadata }) => !settled.has(normalName(metadata.name)));
    const packages = [...(await lockedPackages(parts, others)), ...settled.values()];
    const needs = Object.fromEntries(
      items.map(({ metadata }) => [normalName(metadata.name), metadata.requires_dist ?? []]),
    );
    return { kind: 'resolved', packages: packages.toSorted((a, b) => (a.name < b.name ? -1 : 1)), needs };
  });
}

async function constraintArgs(
  parts: Parts,
  { constraints = [] }: ResolveOptions,
  scratch: Scratch,
): Promise<readonly string[]> {
  if (constraints.length === 0) return [];
  const path = join(scratch.dir, 'constraints.txt');
  await parts.files.writeAtomic(path, constraints.map((line) => `${requireRequirement(line)}\n`).join(''));
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
