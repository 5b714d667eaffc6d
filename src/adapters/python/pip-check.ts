import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import { normalName } from '../../domain/environments/package-name.ts';
import type { UnmetNeed } from '../../domain/environments/torch-checks.ts';
import { withScratch } from './child-environment.ts';
import type { Parts } from './parts.ts';
import { pipDir } from './tools.ts';

/** Reading the metadata of some hundred packages from a slow disk. */
const checkTimeoutMs = 2 * 60_000;

/** Runs `pip check` with the pip of ours in an environment, which need not have one. */
export async function unmetNeeds(
  parts: Parts,
  options: { readonly python: string; readonly toolsDir: string; readonly pipVersion: string; readonly mark: string },
): Promise<readonly UnmetNeed[]> {
  const { python, toolsDir, pipVersion, mark } = options;
  const result = await withScratch(parts, toolsDir, ({ dir, env }) =>
    parts.processes.run({
      program: python,
      args: [
        ...['-I', '-B', join(pipDir(toolsDir, pipVersion), 'pip'), 'check'],
        ...['--isolated', '--no-input', '--disable-pip-version-check', '--no-color'],
      ],
      env,
      cwd: dir,
      timeoutMs: checkTimeoutMs,
      mark,
    }),
  );
  const unmet = result.stdout
    .split('\n')
    .map(readLine)
    .filter((one) => one !== undefined);
  // Exit 1 is the answer that something is unmet; without a line that says what, pip itself failed.
  if (result.exitCode === 0 || (result.exitCode === 1 && unmet.length > 0)) return unmet;
  const how = result.timedOut ? 'did not finish in time' : `ended with ${result.signal ?? result.exitCode}`;
  const last = result.stderr.trim().split('\n').at(-1) ?? '';
  throw new Fault(
    result.timedOut ? 'PROCESS_TIMEOUT' : 'PROCESS_FAILED',
    `pip check ${how}${last === '' ? '' : `: ${last}`}`,
  );
}

/** pip/_internal/commands/check.py of pip 23 to 26; the three forms that it prints. */
export function readLine(line: string): UnmetNeed | undefined {
  const missing = /^(\S+) (\S+) requires (.+), which is not installed\.$/.exec(line);
  if (missing !== null) return need(missing, missing[3] ?? '', null);
  const other = /^(\S+) (\S+) has requirement (.+), but you have (\S+) (\S+)\.$/.exec(line);
  if (other !== null) return need(other, other[3] ?? '', `${normalName(other[4] ?? '')} ${other[5] ?? ''}`);
  const platform = /^(\S+) (\S+) is not supported on this platform$/.exec(line);
  return platform === null ? undefined : need(platform, 'another platform', null);
}

function need([, name = '', version = '']: RegExpExecArray, requirement: string, found: string | null): UnmetNeed {
  return { package: normalName(name), version, requirement, found };
}
