import { existsSync, readFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Host } from '../../ports/system.ts';
import { fixedSearchPath } from './search-path.ts';
import { startedBy } from './started-by.ts';

/**
 * Reads what the machine and the person's environment are. `searchPath` is where programs such as
 * git and python are looked for, fixed for the life of this process.
 */
export function readHost(env: NodeJS.ProcessEnv = process.env): Host & { readonly searchPath: readonly string[] } {
  const builtInDir = packageDir();
  const home = env['HOME'] !== undefined && isAbsolute(env['HOME']) ? env['HOME'] : homedir();
  // A relative path is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
  const folder = (name: string, otherwise: string): string => {
    const asked = env[name];
    return asked !== undefined && isAbsolute(asked) ? asked : join(home, otherwise);
  };
  return {
    platform: platformName(),
    arch: process.arch,
    pid: process.pid,
    userName: userName(env),
    // Found out when somebody asks: it takes longer than all the rest here.
    get timeZone() {
      return Intl.DateTimeFormat().resolvedOptions().timeZone;
    },
    startedBy: startedBy(env),
    sshAgent: env['SSH_AUTH_SOCK'] ?? null,
    stateHome: folder('XDG_STATE_HOME', '.local/state'),
    cacheHome: folder('XDG_CACHE_HOME', '.cache'),
    configHome: folder('XDG_CONFIG_HOME', '.config'),
    homeDir: home,
    tempDir: tmpdir(),
    builtInDir,
    version: versionOf(builtInDir),
    availableMemoryBytes: () => process.availableMemory(),
    searchPath: fixedSearchPath(env['PATH']),
    session: { HOME: home, ...kept(env) },
  };
}

const sessionNames = ['USER', 'LOGNAME', 'LANG', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];

const kept = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(sessionNames.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));

function platformName(): Host['platform'] {
  return process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';
}

/** A user of a container may have no entry in the list of users. */
function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    return env['USER'] ?? String(process.getuid?.() ?? 'unknown');
  }
}

/** The nearest folder above this file that has a package.json: the root, from the sources and from the bundle. */
function packageDir(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json'))) return dir;
    if (dir === dirname(dir)) throw new Error('orchestrate does not find its own package.json');
  }
}

function versionOf(dir: string): string {
  const { version } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { version: string };
  return version;
}
