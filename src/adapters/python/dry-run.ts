import { join } from 'node:path';

import type { PackageIndex, PythonFacts } from '../../ports/python.ts';
import type { Scratch } from './child-environment.ts';
import { indexSource } from './index-source.ts';
import { requireModernPip } from './modern-pip.ts';
import type { Parts } from './parts.ts';
import { type PipOutcome, runPip } from './run-pip.ts';
import { ensureBareVenv } from './tools.ts';

/** Where an index has no separate metadata a resolver must download each wheel. */
export const resolveTimeoutMs = 30 * 60_000;

/** Lets pip resolve lines in an environment with nothing in it, and install nothing. */
export async function dryRun(
  parts: Parts,
  options: {
    requirements: readonly string[];
    index: PackageIndex;
    python: PythonFacts;
    toolsDir: string;
    mark: string;
  },
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
