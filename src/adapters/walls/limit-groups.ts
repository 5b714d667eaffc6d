import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { WallLimits } from '../../ports/walls.ts';
import { leftPrefix, sweepLeft } from './sweep-left.ts';

/** Groups of the kernel that cap one program and all that it starts. */
export interface LimitGroup {
  /** Folders whose `cgroup.procs` the program enters. */
  readonly folders: readonly string[];
  readonly capsMemory: boolean;
  readonly capsProcesses: boolean;
  /** Whether something in it was ended for want of memory. */
  ranOut(): boolean;
  remove(): void;
}

/**
 * Makes a group where the kernel lets us: version 2 beside or below our own (https://docs.kernel.org/admin-guide/cgroup-v2.html), else the
 * controllers of version 1. What cannot be capped by a group is left to limits of the process and to a look now and then.
 */
export function makeLimitGroup(limits: WallLimits, name: string): LimitGroup {
  const made: Made[] = [];
  const places = ownPlaces();
  for (const place of places.filter(({ version }) => version === 2)) {
    const one = make(place, limits, name);
    if (one !== undefined) made.push(one);
    if (made.length > 0) break;
  }
  for (const controller of ['memory', 'pids'] as const) {
    if (made.some(({ caps }) => caps.includes(controller))) continue;
    const place = places.find((one) => one.version === 1 && one.controllers.includes(controller));
    const one = place && make({ ...place, controllers: [controller] }, limits, name);
    if (one !== undefined) made.push(one);
  }
  const caps = made.flatMap((one) => one.caps);
  return {
    folders: made.map(({ folder }) => folder),
    capsMemory: caps.includes('memory'),
    capsProcesses: caps.includes('pids'),
    ranOut: () => made.some(({ folder }) => oomKills(folder) > 0),
    remove: () => made.forEach(({ folder }) => removeGroup(folder)),
  };
}

interface Made {
  readonly folder: string;
  readonly caps: readonly Controller[];
}

type Controller = 'memory' | 'pids';

interface Place {
  readonly version: 1 | 2;
  readonly folder: string;
  readonly controllers: readonly Controller[];
}

function make({ version, folder: parent, controllers }: Place, limits: WallLimits, name: string): Made | undefined {
  sweepLeft(parent, 'groups');
  const folder = `${parent}/${leftPrefix}${name}`;
  try {
    mkdirSync(folder);
  } catch {
    return undefined; // Not ours to make.
  }
  const write = (file: string, value: number): boolean => {
    try {
      writeFileSync(`${folder}/${file}`, String(value));
      return true;
    } catch {
      return false; // The controller is not here, or not handed on.
    }
  };
  const { memoryBytes, processes } = limits;
  const caps = controllers.filter((controller) => {
    if (controller === 'pids') return write('pids.max', processes);
    if (version === 1) {
      const isCapped = write('memory.limit_in_bytes', memoryBytes);
      write('memory.memsw.limit_in_bytes', memoryBytes);
      return isCapped;
    }
    const isCapped = write('memory.max', memoryBytes);
    write('memory.swap.max', 0);
    return isCapped;
  });
  if (caps.length > 0) return { folder, caps };
  removeGroup(folder);
  return undefined;
}

/** Where our own groups lie, by `/proc/self/cgroup` and `/proc/self/mountinfo`. */
function ownPlaces(): readonly Place[] {
  if (process.platform !== 'linux') return [];
  const mounts = linesOf('/proc/self/mountinfo').map((line) => line.split(' '));
  return linesOf('/proc/self/cgroup').flatMap((line): Place[] => {
    const [id, controllers = '', ...rest] = line.split(':');
    const own = rest.join(':').replace(/\/$/, '');
    if (id === '0') {
      const mount = mounts.find((words) => words.at(words.indexOf('-') + 1) === 'cgroup2')?.[4];
      if (mount === undefined) return [];
      const places = own === '' ? [mount] : [`${mount}${own}`, dirname(`${mount}${own}`)];
      // A group that holds processes hands nothing on: then one is made beside it.
      return places.flatMap((folder): Place[] => {
        const handed = linesOf(`${folder}/cgroup.subtree_control`).join(' ').split(' ');
        const ours = (['memory', 'pids'] as const).filter((one) => handed.includes(one));
        return ours.length === 0 ? [] : [{ version: 2, folder, controllers: ours }];
      });
    }
    const ours = (['memory', 'pids'] as const).filter((one) => controllers.split(',').includes(one));
    const mount = mounts.find(
      (words) =>
        words.at(words.indexOf('-') + 1) === 'cgroup' && ours.some((one) => words.at(-1)?.split(',').includes(one)),
    )?.[4];
    return mount === undefined || ours.length === 0
      ? []
      : [{ version: 1, folder: `${mount}${own}`, controllers: ours }];
  });
}

function oomKills(folder: string): number {
  const lines = [...linesOf(`${folder}/memory.events`), ...linesOf(`${folder}/memory.oom_control`)];
  return lines.reduce((sum, line) => sum + Number(/^oom_kill (\d+)$/.exec(line)?.[1] ?? 0), 0);
}

function removeGroup(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something is still in it; it is empty once that is over.
  }
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
