import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { TakenPackage, Taking } from '../../ports/python.ts';
import { type Scratch, withScratch } from './child-environment.ts';
import { classifyResolution } from './classify-pip.ts';
import { dryRun } from './dry-run.ts';
import { requireSafeLine } from './names.ts';
import type { Parts } from './parts.ts';
import { lockedPackages, readReport } from './report.ts';
import type { ResolveOptions } from './resolve.ts';
import { writeStandIn } from './stand-in.ts';

/** Takes exact versions from one index, and none of what they need. */
export async function take(parts: Parts, options: ResolveOptions & { indexName: string }): Promise<Taking> {
  const requirements = options.requirements.map(requireSafeLine);
  if (requirements.length === 0) return { kind: 'taken', packages: [] };
  return withScratch(parts, options.toolsDir, async (scratch) => {
    const reportPath = join(scratch.dir, 'report.json');
    const args = ['--no-deps', '--report', reportPath];
    const { outcome, indexName } = await dryRun(parts, { ...options, requirements }, scratch, args);
    if (!outcome.isOk) return { kind: 'impossible', reason: classifyResolution(outcome, indexName).reason };
    const items = await readReport(parts, reportPath);
    const locked = await lockedPackages(parts, items);
    const packages = items.flatMap(({ metadata }, at) => {
      const one = locked[at];
      if (one === undefined) return [];
      const {
        requires_dist: needs = [],
        requires_python: requiresPython = null,
        provides_extra: extras = [],
      } = metadata;
      return [{ locked: { ...one, index: options.indexName }, needs, requiresPython, extras }];
    });
    return { kind: 'taken', packages };
  });
}

/**
 * Returns a line for each settled package that names a file: a resolver takes that and looks nowhere else, so that a
 * higher version of the same name on the index can never win.
 */
export async function standInLines(
  parts: Parts,
  taken: readonly TakenPackage[],
  scratch: Scratch,
): Promise<readonly string[]> {
  if (taken.length === 0) return [];
  const folder = join(scratch.dir, 'taken');
  await parts.files.ensureDir(folder);
  return Promise.all(
    taken.map(async (one) => `${one.locked.name} @ ${pathToFileURL(await writeStandIn(folder, one)).href}`),
  );
}
