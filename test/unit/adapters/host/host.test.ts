import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readHost } from '../../../../src/adapters/host/host.ts';
import { findProgram, fixedSearchPath } from '../../../../src/adapters/host/search-path.ts';

describe('the search path', () => {
  it('keeps the folders that are absolute and exist, in order, each once', () => {
    expect(fixedSearchPath('bin:/absent:/usr/bin/:.::/bin:/usr/bin')).toEqual(['/usr/bin', '/bin']);
    expect(fixedSearchPath(undefined)).toContain('/usr/bin');
    expect(fixedSearchPath('relative')).toContain('/bin');
  });

  it('finds programs by their name only', () => {
    expect(findProgram('sh', ['/absent', '/bin'])).toBe('/bin/sh');
    expect(findProgram('no-such-program', ['/bin'])).toBeUndefined();
    expect(findProgram('../bin/sh', ['/bin'])).toBeUndefined();
    expect(findProgram('passwd', ['/etc'])).toBeUndefined();
  });
});

describe('the host', () => {
  it('is read from the environment that is given', () => {
    const host = readHost({ HOME: '/home/me', PATH: '/bin' });
    expect(host).toMatchObject({ stateHome: '/home/me/.local/state', searchPath: ['/bin'], pid: process.pid });
    expect(readHost({ HOME: '/home/me', XDG_STATE_HOME: '/state' }).stateHome).toBe('/state');
    expect(readHost({ HOME: '/home/me', XDG_STATE_HOME: 'relative' }).stateHome).toBe('/home/me/.local/state');
  });

  it('keeps of the environment what reaches the session of the person, and no more', () => {
    const env = { HOME: '/home/me', USER: 'me', XDG_RUNTIME_DIR: '/run/user/1', API_KEY: 'secret', LANG: '' };
    expect(readHost(env).session).toEqual({ HOME: '/home/me', USER: 'me', XDG_RUNTIME_DIR: '/run/user/1' });
  });

  it('knows where its own files lie', () => {
    const { builtInDir, version } = readHost({});
    expect(existsSync(join(builtInDir, 'package.json'))).toBe(true);
    expect(version).toMatch(/^\d+\.\d+\.\d+/);
  });
});
