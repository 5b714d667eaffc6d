import { type ModelFolder, modelFolders } from '../../domain/installation/model-folders.ts';
import type { EngineContext } from '../context.ts';
import { watchedFolders } from '../health/folders.ts';

/**
 * Returns the folders in which this installation's models lie: ComfyUI's own, and those of home's `extra_model_paths.yaml`. Whether they are there
 * is not looked at. None for a service that is no ComfyUI.
 */
export async function modelRoots(
  context: Pick<EngineContext, 'paths' | 'config' | 'outside'>,
): Promise<readonly ModelFolder[]> {
  const own = watchedFolders(context)['models'];
  if (own === undefined) return [];
  const text = await context.outside.files.readText(`${context.paths.home}/extra_model_paths.yaml`);
  return [{ kind: null, dir: own }, ...(text === undefined ? [] : modelFolders(text, context.paths.home))];
}
