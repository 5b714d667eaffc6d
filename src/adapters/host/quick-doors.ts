import { existsSync, readFileSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

import type { QuickStatus } from '../sqlite/quick-status.ts';

/** `id:` of `orchestrate.yaml`; anything unusual in it is left to the full reader. */
const idPattern = /^id:[ \t]+["']?([a-z0-9][a-z0-9-]{0,63})["']?[ \t]*(?:#.*)?$/m;

/**
 * Returns the newest status of the installation around `cwd`, or undefined when there is none or it cannot be told
 * without reading `orchestrate.yaml` in full. For the fast path of `status`: loads nothing but Node's own modules.
 */
export async function readStatusAround(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<QuickStatus | undefined> {
  const dir = findStateDir(cwd, env);
  // SQLite is loaded only when there is something to read.
  return dir === undefined ? undefined : (await import('../sqlite/quick-status.ts')).readQuickStatus(dir);
}

/** Writes to standard output at once: making `process.stdout` costs a tenth of the time that Node takes to start. */
export function writeOut(text: string): void {
  const bytes = Buffer.from(text);
  let nWritten = 0;
  try {
    while (nWritten < bytes.length) nWritten += writeSync(1, bytes, nWritten);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Nobody reads any more, as after `| head`: there is nothing left to say.
    if (code === 'EPIPE') return;
    if (code !== 'EAGAIN') throw error;
    process.stdout.write(bytes.subarray(nWritten));
  }
}

function findStateDir(cwd: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  for (let dir = cwd; ; dir = dirname(dir)) {
    const file = join(dir, 'orchestrate.yaml');
    if (existsSync(file)) {
      const id = idPattern.exec(readFileSync(file, 'utf8'))?.[1];
      return id === undefined ? undefined : join(stateHome(env), 'orchestrate', id);
    }
    if (dir === dirname(dir)) return undefined;
  }
}

function stateHome(env: Readonly<Record<string, string | undefined>>): string {
  const stateHome = env['XDG_STATE_HOME'];
  if (stateHome !== undefined && isAbsolute(stateHome)) return stateHome;
  const home = env['HOME'];
  return join(home !== undefined && isAbsolute(home) ? home : homedir(), '.local', 'state');
}
