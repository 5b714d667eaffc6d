import type { AdoptedState, FolderCount, OutsideState } from '../../domain/outside/state.ts';
import type { EngineContext } from '../context.ts';
import { readComponents, smallText } from './read-component.ts';

/** Entries of one model folder that are counted. */
const maxModels = 100_000;
/** Files of ComfyUI-Manager that are looked at. */
const maxManagerFiles = 300;

/** Looks at what was adopted and is not ours. Nothing there is written. `known`: paths of components that were taken. */
export async function readOutsideState(context: EngineContext, known: ReadonlySet<string>): Promise<OutsideState> {
  const { adopted } = context.config;
  return {
    version: 1,
    atMs: context.outside.clock.nowMs(),
    adopted: adopted === null ? null : await readAdopted(context, adopted.comfyui, known),
  };
}

/** Null when the folder is not there: a disk that is not mounted must not pass for packs that were removed. */
async function readAdopted(
  context: EngineContext,
  dir: string,
  known: ReadonlySet<string>,
): Promise<AdoptedState | null> {
  const { files } = context.outside;
  if ((await files.info(`${dir}/main.py`))?.kind !== 'file') return null;
  return {
    dir,
    components: await readComponents(context, dir, { cacheKey: 'outside:adopted', known }),
    modelPaths: (await smallText(files, `${dir}/extra_model_paths.yaml`)) ?? null,
    models: await countModels(context, dir),
    managerFiles: await readManagerFiles(context, dir),
  };
}

async function countModels(context: EngineContext, dir: string): Promise<Readonly<Record<string, FolderCount>>> {
  const { files } = context.outside;
  // The folder itself may be a link to another disk; below it none is followed.
  const models = await files.realPath(`${dir}/models`);
  const counts: Record<string, FolderCount> = {};
  for (const name of models === undefined ? [] : await files.list(models)) {
    if ((await files.info(`${models}/${name}`))?.kind !== 'directory') continue;
    const { nFiles, sizeBytes, digest, newestMs } = await files.tally(`${models}/${name}`, { maxEntries: maxModels });
    counts[name] = { nFiles, sizeBytes, digest, newestMs };
  }
  return counts;
}

/** Its state folder is `user/__manager` since ComfyUI 0.3.76, before `user/default/ComfyUI-Manager`. */
async function readManagerFiles(context: EngineContext, dir: string): Promise<Readonly<Record<string, number>>> {
  const { files } = context.outside;
  const user = context.config.service.userDir ?? `${dir}/user`;
  const times: Record<string, number> = {};
  for (const place of ['__manager', 'default/ComfyUI-Manager']) {
    for (const below of ['', 'snapshots/', 'startup-scripts/']) {
      for (const name of (await files.list(`${user}/${place}/${below}`)).slice(-maxManagerFiles)) {
        const info = await files.info(`${user}/${place}/${below}${name}`);
        if (info?.kind === 'file') times[`${place}/${below}${name}`] = info.mtimeMs;
      }
    }
  }
  return times;
}
