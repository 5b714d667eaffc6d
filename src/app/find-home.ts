import { Fault } from '../base/fault.ts';
import { parseConfig } from '../domain/definitions/config.ts';
import type { InstallationConfig } from '../domain/definitions/types.ts';
import type { Files } from '../ports/index.ts';

/**
 * Returns the nearest folder, from `start` upward, that holds an `orchestrate.yaml`. A linked work tree of a home, such as
 * a slot, holds one too, and is not the home: the repository that it belongs to is. Fault: `HOME_NOT_FOUND`.
 */
export async function findHome(files: Files, start: string): Promise<string> {
  for (let dir = start; ; dir = parentOf(dir)) {
    if ((await files.info(`${dir === '/' ? '' : dir}/orchestrate.yaml`))?.kind === 'file')
      return (await homeOfWorkTree(files, dir)) ?? (await files.realPath(dir)) ?? dir;
    if (dir === '/') break;
  }
  throw new Fault(
    'HOME_NOT_FOUND',
    `${start} is not inside an installation: there is no orchestrate.yaml here or above.`,
    {
      hints: ['cd <your installation>', 'orchestrate init <folder> --comfyui <ComfyUI folder>'],
    },
  );
}

/** The work tree beside the repository that a linked one names, when that is a home. Undefined for anything else. */
async function homeOfWorkTree(files: Files, dir: string): Promise<string | undefined> {
  if ((await files.info(`${dir}/.git`))?.kind !== 'file') return undefined;
  const pointer = /^gitdir: (\/.+)\/\.git\/worktrees\/[^/]+\s*$/.exec((await files.readText(`${dir}/.git`)) ?? '')?.[1];
  if (pointer === undefined || (await files.info(`${pointer}/orchestrate.yaml`))?.kind !== 'file') return undefined;
  return files.realPath(pointer);
}

const parentOf = (dir: string): string => dir.slice(0, dir.lastIndexOf('/')) || '/';

/** Reads `orchestrate.yaml` of a home. Fault: `CONFIG_INVALID` with the position. */
export async function readConfig(files: Files, home: string): Promise<InstallationConfig> {
  const text = await files.readText(`${home}/orchestrate.yaml`);
  if (text === undefined) throw new Fault('HOME_NOT_FOUND', `${home} has no orchestrate.yaml.`);
  return parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' });
}
