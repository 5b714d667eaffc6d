import type { FoundModel } from '../../actions/_service-care.ts';
import { likeNamed } from '../../domain/services/like-named.ts';
import type { EngineContext } from '../context.ts';
import { findModelFiles } from '../models/model-files.ts';

/**
 * Says for each missing model whether it lies where models lie, and which files are named like it; by names alone, no file is read. Changes
 * nothing; a repeat is safe.
 */
export async function findModels(context: EngineContext, names: readonly string[]): Promise<readonly FoundModel[]> {
  const found = await findModelFiles(context);
  const files = found.files.map(({ path }) => belowFolder(path, found.folders));
  return names.map((name) => {
    const wanted = name.replaceAll('\\', '/');
    const here = files.find((file) => file === wanted || file.endsWith(`/${wanted}`)) ?? null;
    return { name, here, like: likeNamed(name, files).filter((file) => file !== here) };
  });
}

/** As it lies below the folder of models; whole where it lies elsewhere. */
function belowFolder(path: string, folders: readonly string[]): string {
  const dir = folders.find((one) => path.startsWith(`${one}/`));
  return dir === undefined ? path : path.slice(dir.length + 1);
}
