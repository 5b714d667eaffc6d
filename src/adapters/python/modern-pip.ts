import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { PythonFacts } from '../../ports/python.ts';
import type { Scratch } from './child-environment.ts';
import type { IndexSource } from './index-source.ts';
import type { Parts } from './parts.ts';
import { comparePip, isModernPip, lowestPip } from './pip-version.ts';
import { runPip } from './run-pip.ts';
import { ensureTool, pipDir } from './tools.ts';

const upgradeTimeoutMs = 5 * 60_000;

/** Returns the newest pip of the tools folder that is new enough, or undefined when there is none. */
export async function findModernPip(parts: Parts, toolsDir: string): Promise<string | undefined> {
  const names = await parts.files.list(toolsDir);
  const versions = names
    .map((name) => /^pip-([0-9][0-9.a-z]*)$/.exec(name)?.[1])
    .filter((version) => version !== undefined);
  return versions.filter(isModernPip).toSorted(comparePip).at(-1);
}

/**
 * Returns the version of a pip that is new enough: the interpreter's own, one fetched before, or
 * one that the old pip fetches from the index into the tools folder.
 */
export async function requireModernPip(
  parts: Parts,
  options: {
    python: PythonFacts;
    bare: string;
    toolsDir: string;
    source: IndexSource | undefined;
    scratch: Scratch;
    mark: string;
  },
): Promise<string> {
  const { python, toolsDir, source } = options;
  if (isModernPip(python.pipVersion)) return python.pipVersion;
  const found = await findModernPip(parts, toolsDir);
  if (found !== undefined) return found;

  const target = join(options.scratch.dir, 'new-pip');
  const args = ['--target', target, '--no-deps', `pip>=${lowestPip}`];
  const call = {
    ...options,
    python: options.bare,
    pipVersion: python.pipVersion,
    command: 'install',
    args,
    timeoutMs: upgradeTimeoutMs,
  } as const;
  const outcome = source === undefined ? undefined : await runPip(parts, { ...call, source });
  const distInfo = (await parts.files.list(target)).find((name) => /^pip-.*\.dist-info$/.test(name));
  const version = distInfo?.slice('pip-'.length, -'.dist-info'.length);
  if (outcome?.isOk !== true || version === undefined) {
    const where = source === undefined ? 'and no index may be used' : `and ${source.name} has none that fits`;
    throw new Fault(
      'PYTHON_TOO_OLD',
      `Python ${python.version} comes with pip ${python.pipVersion}; pip ${lowestPip} or newer is needed, ${where}.`,
      {
        data: { log: outcome?.output.slice(-4000) ?? '' },
      },
    );
  }
  await ensureTool(parts, { toolsDir, dir: pipDir(toolsDir, version) }, (dir) =>
    parts.files.copyTree(join(target, 'pip'), join(dir, 'pip')),
  );
  return version;
}
