import { Fault } from '../base/fault.ts';
import { parseConfig } from '../domain/definitions/config.ts';
import type { InstallationConfig } from '../domain/definitions/types.ts';
import type { Files } from '../ports/index.ts';

/** Returns the nearest folder, from `start` upward, that holds an `orchestrate.yaml`. Fault: `HOME_NOT_FOUND`. */
export async function findHome(files: Files, start: string): Promise<string> {
  for (let dir = start; ; dir = parentOf(dir)) {
    if ((await files.info(`${dir === '/' ? '' : dir}/orchestrate.yaml`))?.kind === 'file')
      return (await files.realPath(dir)) ?? dir;
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

const parentOf = (dir: string): string => dir.slice(0, dir.lastIndexOf('/')) || '/';

/** Reads `orchestrate.yaml` of a home. Fault: `CONFIG_INVALID` with the position. */
export async function readConfig(files: Files, home: string): Promise<InstallationConfig> {
  const text = await files.readText(`${home}/orchestrate.yaml`);
  if (text === undefined) throw new Fault('HOME_NOT_FOUND', `${home} has no orchestrate.yaml.`);
  return parseConfig({ file: 'orchestrate.yaml', text, origin: 'installation' });
}
