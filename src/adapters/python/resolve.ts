import { symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { LockedPackage, PackageIndex, PythonFacts, Resolution } from '../../ports/python.ts';
import { type Scratch, withScratch } from './child-environment.ts';
import { classifyResolution } from './classify-pip.ts';
import { hashFile } from './hash-file.ts';
import { indexSource } from './index-source.ts';
import { requireModernPip } from './modern-pip.ts';
import { normalName, requireName, requireRequirement } from './names.ts';
import type { Parts } from './parts.ts';
import { runPip, type PipOutcome } from './run-pip.ts';
import { ensureBareVenv } from './tools.ts';
import { fetchSizes } from './wheel-sizes.ts';

/** Where an index has no separate metadata pip must download each wheel to resolve. */
const resolveTimeoutMs = 30 * 60_000;

export interface ResolveOptions {
  readonly requirements: readonly string[];
  readonly constraints?: readonly string[];
  readonly index: PackageIndex;
  readonly kept?: readonly string[];
  readonly python: PythonFacts;
  readonly toolsDir: string;
  readonly mark: string;
}

/** Resolves requirement lines in an environment with nothing in it. */
export async function resolve(parts: Parts, options: ResolveOptions): Promise<Resolution> {
  const requirements = options.requirements.map(requireRequirement).filter((line) => line !== '');
  if (requirements.length === 0) return { kind: 'resolved', packages: [] };
  return withScratch(parts, options.toolsDir, async (scratch) => {
    const reportPath = join(scratch.dir, 'report.json');
    const keptArgs = await linkKept(parts, options.kept ?? [], scratch);
    const args = ['--report', reportPath, ...keptArgs, ...(await constraintArgs(parts, options, scratch))];
    const { outcome, indexName } = await dryRun(parts, { ...options, requirements }, scratch, args);
    if (!outcome.isOk) return classifyResolution(outcome, indexName);
    const report = JSON.parse((await parts.files.readText(reportPath)) ?? '{"install":[]}') as Report;
    const items = await Promise.all(report.install.map((item) => lockedPackage(parts, item)));
    const sizes = await fetchSizes(
      parts,
      items.filter(({ locked }) => locked.sizeBytes === null).map(({ url }) => url),
    );
    const packages = items.map(({ locked, url }) => ({
      ...locked,
      sizeBytes: locked.sizeBytes ?? sizes.get(url) ?? null,
    }));
    const needs = Object.fromEntries(
      report.install.map(({ metadata }) => [normalName(metadata.name), metadata.requires_dist ?? []]),
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

/** A version that nobody publishes: pip then lists the ones that it could have taken. */
const noVersion = '===0+none.of.these';

/** Asks for the versions whose wheels fit the interpreter. Pre-releases are among them. */
export async function listVersions(
  parts: Parts,
  options: Omit<ResolveOptions, 'requirements'> & { name: string },
): Promise<readonly string[]> {
  const requirements = [`${requireName(options.name)}${noVersion}`];
  return withScratch(parts, options.toolsDir, async (scratch) => {
    const { outcome, indexName } = await dryRun(parts, { ...options, requirements }, scratch, ['--no-deps']);
    const listed = /satisfies the requirement .+? \(from versions: ([^)]*)\)/.exec(outcome.output)?.[1] ?? 'none';
    // Nothing listed may mean that nothing answered: that is a fault, thrown here.
    if (listed === 'none') classifyResolution(outcome, indexName);
    return listed
      .split(', ')
      .filter((version) => version !== 'none')
      .reverse();
  });
}

async function dryRun(
  parts: Parts,
  options: ResolveOptions,
  scratch: Scratch,
  args: readonly string[],
): Promise<{ outcome: PipOutcome; indexName: string }> {
  const { python, toolsDir, mark } = options;
  const source = await indexSource(parts, options.index, scratch);
  const bare = await ensureBareVenv(parts, python, toolsDir);
  const pipVersion = await requireModernPip(parts, { python, bare, toolsDir, source, scratch, mark });
  const listPath = join(scratch.dir, 'requirements.txt');
  await parts.files.writeAtomic(listPath, options.requirements.map((line) => `${line}\n`).join(''));
  const outcome = await runPip(parts, {
    ...{ python: bare, toolsDir, pipVersion, source, scratch, mark },
    command: 'install',
    args: ['--dry-run', '--ignore-installed', ...args, '--requirement', listPath],
    timeoutMs: resolveTimeoutMs,
  });
  return { outcome, indexName: source.name };
}

/** https://pip.pypa.io/en/stable/reference/installation-report/ */
interface Report {
  readonly install: readonly ReportItem[];
}

interface ReportItem {
  readonly download_info: {
    readonly url: string;
    readonly archive_info?: { readonly hash?: string; readonly hashes?: Readonly<Record<string, string>> };
  };
  readonly metadata: {
    readonly name: string;
    readonly version: string;
    readonly requires_dist?: readonly string[];
  };
}

async function lockedPackage(
  parts: Parts,
  { download_info: { url, archive_info }, metadata }: ReportItem,
): Promise<{ locked: LockedPackage; url: string }> {
  const path = url.startsWith('file:') ? fileURLToPath(url.replace(/#.*$/, '')) : undefined;
  const told = archive_info?.hashes?.['sha256'] ?? /^sha256=([0-9a-f]{64})$/.exec(archive_info?.hash ?? '')?.[1];
  const sha256 = told ?? (path === undefined ? undefined : await hashFile(path));
  if (sha256 === undefined) throw new Error(`pip reported no sha256 of ${url}`);
  const file = path === undefined ? decodeURIComponent(basename(new URL(url).pathname)) : basename(path);
  const sizeBytes = path === undefined ? null : ((await parts.files.info(path))?.sizeBytes ?? null);
  return {
    locked: { name: normalName(metadata.name), version: metadata.version, sha256: [sha256], file, sizeBytes },
    url,
  };
}
