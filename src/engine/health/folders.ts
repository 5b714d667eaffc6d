import type { DiskRoom } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';

/** Folders whose disks are looked at, by the word that names their series. */
export function watchedFolders({
  paths,
  config,
}: Pick<EngineContext, 'paths' | 'config'>): Readonly<Record<string, string>> {
  const { userDir, outputDir } = config.service;
  const models = config.template === 'comfyui' ? `${config.adopted?.comfyui ?? paths.home}/models` : null;
  return {
    home: paths.home,
    state: paths.state,
    ...(models === null ? {} : { models }),
    ...(outputDir === null ? {} : { output: outputDir }),
    ...(userDir === null ? {} : { user: userDir }),
  };
}

export interface Disk extends DiskRoom {
  /** `home`, `models` … */
  readonly name: string;
  /** Other folders of ours on the same disk, as far as its numbers tell. */
  readonly also: readonly string[];
}

export interface Disks {
  readonly disks: readonly Disk[];
  /** Folders whose disk does not answer, by the same words: nothing is known of them. */
  readonly silent: readonly string[];
}

/** Returns the room of each disk once; folders that are not there are left out. */
export async function loadDisks(context: EngineContext): Promise<Disks> {
  const { machine } = context.outside;
  const folders = Object.entries(watchedFolders(context));
  const rooms = await Promise.all(folders.map(async ([name, path]) => ({ name, room: await machine.disk(path) })));
  const disks: Disk[] = [];
  for (const { name, room } of rooms) {
    if (room === undefined || room === 'silent') continue;
    const same = disks.findIndex((disk) => isSameDisk(disk, room));
    const known = disks[same];
    if (known === undefined) disks.push({ ...room, name, also: [] });
    else disks[same] = { ...known, also: [...known.also, name] };
  }
  return { disks, silent: rooms.filter(({ room }) => room === 'silent').map(({ name }) => name) };
}

/** Between two looks at one disk something may have been written. */
const isSameDisk = (a: DiskRoom, b: DiskRoom): boolean =>
  a.totalBytes === b.totalBytes && Math.abs(a.freeBytes - b.freeBytes) < a.totalBytes / 10_000;
