import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import { findProgram } from '../host/search-path.ts';
import type { DetachedSpec, Spawner } from './spawner.ts';

const toolFolders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];
const tryTimeoutMs = 10_000;

/**
 * Returns the spec of a service that sees some folders read-only, by bind mounts in a mount
 * namespace of its own (https://man7.org/linux/man-pages/man1/unshare.1.html). The process keeps
 * its pid. Who is not root gets a user namespace, too, with the same user in it.
 */
export function withReadOnlyBinds(spec: DetachedSpec, folders: readonly string[]): DetachedSpec {
  if (folders.length === 0) return spec;
  const [unshare, mount, shell] = ['unshare', 'mount', 'sh'].map((name) => findProgram(name, toolFolders));
  if (unshare === undefined || mount === undefined || shell === undefined) {
    throw new Fault(
      'PROCESS_FAILED',
      'This machine has no unshare and mount: folders cannot be made read-only for a service.',
    );
  }
  const user = process.geteuid?.() === 0 ? [] : ['--user', '--map-current-user', '--keep-caps'];
  return {
    ...spec,
    program: unshare,
    args: [
      ...[...user, '--mount', '--propagation', 'private', '--', shell, '-c', script, 'sh'],
      ...[mount, spec.cwd, String(folders.length), ...folders, spec.program, ...spec.args],
    ],
  };
}

/** The folder is entered again, because the one that was entered before is not behind the mounts. */
const script = `
mount=$1 folder=$2 n=$3
shift 3
while [ "$n" -gt 0 ]; do
  "$mount" --bind "$1" "$1" && "$mount" -o remount,bind,ro "$1" || { echo "orchestrate: cannot make $1 read-only" >&2; exit 126; }
  n=$((n - 1))
  shift
done
cd "$folder" || exit 126
exec "$@"
`;

/** Finds out by effect: a program tries to write into a bound folder, and into one that is not. */
export async function tryReadOnlyBind(spawner: Pick<Spawner, 'run'>): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const dir = await mkdtemp(join(tmpdir(), 'orchestrate-'));
  const [bound, open] = [join(dir, 'bound'), join(dir, 'open')];
  try {
    await mkdir(bound);
    await mkdir(open);
    const write = {
      program: '/bin/sh',
      args: ['-c', '(: >"$1/file"); (: >"$2/file")', 'sh', bound, open],
      cwd: dir,
      env: {},
      logPath: '',
    };
    await spawner.run({ ...withReadOnlyBinds(write, [bound]), timeoutMs: tryTimeoutMs });
    return (await readdir(bound)).length === 0 && (await readdir(open)).length === 1;
  } catch {
    return false;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
