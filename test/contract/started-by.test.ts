import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import { startedBy } from '../../src/adapters/host/started-by.ts';

const module = fileURLToPath(new URL('../../src/adapters/host/started-by.ts', import.meta.url));
const look = `import(${JSON.stringify(module)}).then((m) => process.stdout.write(String(m.startedBy(process.env))))`;

/** Starts a shell with an environment, and from it the look, with an environment from nothing. */
function scrubbed(env: Readonly<Record<string, string>>, before = ''): string {
  const script = `${before}env -i "$0" --disable-warning=ExperimentalWarning -e '${look}'; true`;
  return execFileSync('/bin/sh', ['-c', script, process.execPath], {
    env: { PATH: '/usr/bin:/bin', ...env },
    encoding: 'utf8',
  });
}

describe('who started this process', () => {
  it('is nobody of ours for what a person types', () => {
    expect(startedBy({})).toBeNull();
    expect(scrubbed({})).toBe('null');
  });

  it('is told by its own environment', () => {
    expect(startedBy({ ORCHESTRATE_MARK: 'demo/i3' })).toBe('demo/i3');
  });

  it.skipIf(process.platform !== 'linux')('is told by that of an ancestor, though it was scrubbed on the way', () => {
    expect(scrubbed({ ORCHESTRATE_MARK: 'demo/r1.build#1' })).toBe('demo/r1.build#1');
    // Taking it out of a shell's own variables changes nothing of what the shell was started with.
    expect(scrubbed({ ORCHESTRATE_MARK: 'demo/r1.build#1' }, 'unset ORCHESTRATE_MARK; ')).toBe('demo/r1.build#1');
  });
});
