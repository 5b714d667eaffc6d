import { mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { MemoryCap } from '../../ports/processes.ts';
import type { DetachedSpec, Spawner } from './spawner.ts';

/** Where this process lives in the tree of groups. */
interface GroupPlace {
  /** Folder at which the groups are mounted. */
  readonly mount: string;
  /** The group of this process, below it: `/user.slice/…`. */
  readonly own: string;
}

export interface MemoryGroups {
  /** Whether a group with a cap can be made here, and a process put into it. Found out by doing so; after a failure it is found out anew. */
  probe(): Promise<MemoryCap>;
  /**
   * Makes the group and returns the spec of the program that enters it before it becomes the service; it keeps its pid. A repeat is safe.
   * Fault `PROCESS_FAILED` where it cannot be made.
   */
  enter(spec: DetachedSpec, options: { readonly mark: string; readonly maxBytes: number }): Promise<DetachedSpec>;
}

const prefix = 'orchestrate-';
const tryBytes = 64 * 1024 * 1024;
const tryTimeoutMs = 10_000;
/** An empty group that is younger may be one that a process is about to enter. */
const leftAfterMs = 60_000;

/**
 * Memory caps by groups of the kernel (https://docs.kernel.org/admin-guide/cgroup-v2.html): a group for each service, beside or below our
 * own, where the memory controller is handed to our user. `given` is for tests.
 */
export function createMemoryGroups(spawner: Pick<Spawner, 'run'>, given?: GroupPlace): MemoryGroups {
  let found: Promise<{ readonly parent: string } | { readonly why: string }> | undefined;
  const find = async () => {
    const place = await (found ??= findParent(spawner, given));
    if ('why' in place) found = undefined;
    return place;
  };
  return {
    async probe() {
      const parent = await find();
      return 'parent' in parent ? { kind: 'possible' } : { kind: 'none', why: parent.why };
    },
    async enter(spec, { mark, maxBytes }) {
      const place = await find();
      if ('why' in place) throw noGroup(place.why, { program: spec.program });
      const group = join(place.parent, `${prefix}${mark.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`);
      try {
        await removeEmpty(place.parent);
        await makeGroup(group, maxBytes);
      } catch (error) {
        found = undefined;
        const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
        throw noGroup(`${group} cannot be written (${code})`, { program: spec.program, cause: error });
      }
      return { ...spec, program: '/bin/sh', args: ['-c', script, 'sh', group, spec.program, ...spec.args] };
    },
  };
}

const noGroup = (why: string, { program, cause }: { readonly program: string; readonly cause?: unknown }): Fault =>
  new Fault('PROCESS_FAILED', `No group that caps the memory of ${program} could be made: ${why}.`, {
    state: 'It was not started.',
    hints: ['orchestrate doctor', 'Or leave service.memory-max out of orchestrate.yaml.'],
    data: { program },
    cause,
  });

const script = `
echo "$$" > "$1/cgroup.procs" || { echo "orchestrate: cannot enter the group $1" >&2; exit 126; }
shift
exec "$@"
`;

async function findParent(
  spawner: Pick<Spawner, 'run'>,
  given: GroupPlace | undefined,
): Promise<{ readonly parent: string } | { readonly why: string }> {
  const place = given ?? (await ownPlace());
  if (place === undefined) return { why: 'no cgroup v2 is mounted on this machine' };
  const own = join(place.mount, place.own);
  // A group that holds processes hands no controller on: where ours does not, one beside it is made.
  const parents = own === place.mount ? [own] : [own, dirname(own)];
  let why = `the memory controller is not handed to ${place.own}`;
  for (const parent of parents) {
    if (!(await wordsOf(join(parent, 'cgroup.subtree_control'))).includes('memory')) continue;
    const problem = await tryGroup(spawner, parent);
    if (problem === undefined) return { parent };
    why = problem;
  }
  return { why };
}

/** Puts a program into a group with a cap, and looks whether the kernel says so. Returns why that does not work. */
async function tryGroup(spawner: Pick<Spawner, 'run'>, parent: string): Promise<string | undefined> {
  const group = join(parent, `${prefix}try-${process.pid}`);
  try {
    await makeGroup(group, tryBytes);
    const args = ['-c', 'echo "$$" > "$1/cgroup.procs" && echo "$$" && cat "$1/cgroup.procs"', 'sh', group];
    const { stdout, exitCode } = await spawner.run({ program: '/bin/sh', args, env: {}, timeoutMs: tryTimeoutMs });
    const [pid, ...members] = stdout.toString('utf8').split(/\s+/);
    const isIn = exitCode === 0 && pid !== undefined && members.includes(pid);
    const isCapped = (await wordsOf(join(group, 'memory.max')))[0] === String(tryBytes);
    return isIn && isCapped ? undefined : `the kernel takes no process of ours into a group below ${parent}`;
  } catch (error) {
    return `${parent} may not be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
  } finally {
    await rmdir(group).catch(() => {}); // Where it cannot be removed it is empty, and the next start removes it.
  }
}

async function makeGroup(group: string, maxBytes: number): Promise<void> {
  await mkdir(group, { recursive: true });
  await writeFile(join(group, 'memory.max'), String(maxBytes));
  // What goes over into swap is memory as well, and slow. A kernel without swap has no such file.
  await writeFile(join(group, 'memory.swap.max'), '0').catch(() => {});
  // What is left of a service whose largest process was killed works no more: all of it goes. Older kernels have no such file.
  await writeFile(join(group, 'memory.oom.group'), '1').catch(() => {});
}

/** The kernel refuses to remove a group that holds a process. */
async function removeEmpty(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const group = join(parent, name);
    const info = await stat(group).catch(() => undefined);
    if (info !== undefined && Date.now() - info.mtimeMs > leftAfterMs) await rmdir(group).catch(() => {}); // It is in use.
  }
}

async function ownPlace(): Promise<GroupPlace | undefined> {
  if (process.platform !== 'linux') return undefined;
  // `36 25 0:31 / /sys/fs/cgroup rw … - cgroup2 cgroup2 rw`
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const mount = mounts.split('\n').find((line) => line.includes(' - cgroup2 '));
  const groups = await readFile('/proc/self/cgroup', 'utf8').catch(() => '');
  const own = /^0::(\/.*)$/m.exec(groups)?.[1];
  const at = mount?.split(' ')[4];
  return at === undefined || own === undefined ? undefined : { mount: at, own };
}

const wordsOf = async (path: string): Promise<readonly string[]> =>
  (await readFile(path, 'utf8').catch(() => '')).split(/\s+/);
