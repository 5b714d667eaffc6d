import { type ModelPathsFile, movableModelPaths } from '../../domain/installation/model-paths.ts';
import { swarmModelPaths, swarmModelRoots } from '../../domain/installation/swarm-models.ts';
import type { App } from '../app.ts';
import type { Surroundings } from './surroundings.ts';

/** `extra_model_paths.yaml` of a home, and folders of node packs that the person's files name. */
export interface InitModelPaths {
  readonly text: string;
  readonly packFolders: readonly string[];
  readonly notes: readonly string[];
}

/**
 * The person's own files, with one section of ours behind them: an instance lies elsewhere and has no models/ of its own.
 * Files that are not there would keep ComfyUI from starting, and are told.
 */
export async function initModelPaths(app: App, around: Surroundings): Promise<InitModelPaths> {
  const { files, host } = app.outside;
  const notes: string[] = [];
  const found = await modelPathsFiles(app, around, notes);
  const taken = new Set<string>();
  const texts: string[] = [];
  const packFolders: string[] = [];
  for (const file of found) {
    const moved = movableModelPaths(file, { homeDir: host.homeDir, taken });
    texts.push(moved.text);
    for (const name of moved.sections) taken.add(name);
    packFolders.push(...moved.nodeFolders);
    if (moved.problem !== null) notes.push(`model paths are kept as they are: ${moved.problem}`);
  }
  const own = texts.length === 0 ? '# Where models live.\n' : texts.map(ended).join('');
  const kinds: string[] = [];
  const models = `${around.base}/models`;
  for (const name of await files.list(models)) {
    const real = await files.realPath(`${models}/${name}`);
    const isFolder = real !== undefined && (await files.info(real))?.kind === 'directory';
    if (isFolder && /^[\w-]+$/.test(name)) kinds.push(name);
    else if (real === undefined) notes.push(`${models}/${name} is a link to something that is not there`);
  }
  if (kinds.length === 0 || taken.has('orchestrate_adopted')) return { text: own, packFolders, notes };
  const lines = [
    'orchestrate_adopted:',
    `  base_path: ${JSON.stringify(models)}`,
    ...kinds.map((name) => `  ${name}: ${name}`),
  ];
  return { text: `${own}${lines.join('\n')}\n`, packFolders, notes };
}

async function modelPathsFiles(
  { outside: { files } }: App,
  { comfyui, layout, start }: Surroundings,
  notes: string[],
): Promise<readonly ModelPathsFile[]> {
  const found: ModelPathsFile[] = [];
  const swarmFile = layout.id === 'swarmui' ? `${layout.root}/Data/comfy-auto-model.yaml` : undefined;
  const paths = [
    `${comfyui}/extra_model_paths.yaml`,
    ...(swarmFile ? [swarmFile] : []),
    ...(start?.modelPathsFiles ?? []),
  ];
  for (const path of [...new Set(paths)]) {
    const text = await files.readText(path);
    const dir = path.slice(0, path.lastIndexOf('/'));
    if (text !== undefined) found.push({ dir, text, isForeign: path === swarmFile });
    else if (start?.modelPathsFiles.includes(path)) notes.push(`the model paths file ${path} is not there any more`);
  }
  if (layout.id === 'swarmui' && layout.root !== null && !found.some(({ isForeign }) => isForeign)) {
    const roots = swarmModelRoots(layout.root, await files.readText(`${layout.root}/Data/Settings.fds`));
    found.push({ dir: layout.root, text: swarmModelPaths(roots) });
  }
  return found;
}

const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);
