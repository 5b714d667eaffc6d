import type { EngineContext } from '../context.ts';
import { modelRoots } from './model-roots.ts';

export type NamedFile =
  | { readonly kind: 'found'; readonly path: string }
  /** It is there, and it, or what a link leads to, lies in no model folder: nothing of it is read. */
  | { readonly kind: 'outside' }
  | { readonly kind: 'absent' };

/** Folders of kinds below ComfyUI's own folder of models. */
const maxKinds = 200;

/**
 * Looks for the file that a log names, by its path or by the end of it. The name comes from a log: only a plain file within the model folders
 * counts, and the path that is returned has no link in it.
 */
export async function findNamedFile(
  context: Pick<EngineContext, 'paths' | 'config' | 'outside'>,
  name: string,
): Promise<NamedFile> {
  const { files } = context.outside;
  const roots = (await modelRoots(context)).map(({ dir }) => dir);
  const real = (await Promise.all(roots.map((dir) => files.realPath(dir)))).filter((dir) => dir !== undefined);
  let isThere = false;
  for (const path of await placesOf(context, name, real)) {
    const found = await files.realPath(path);
    if (found === undefined) continue;
    isThere = true;
    if (real.some((dir) => found.startsWith(`${dir}/`)) && (await files.info(found))?.kind === 'file')
      return { kind: 'found', path: found };
  }
  return { kind: isThere ? 'outside' : 'absent' };
}

async function placesOf(
  { outside }: Pick<EngineContext, 'outside'>,
  name: string,
  dirs: readonly string[],
): Promise<readonly string[]> {
  const plain = name.replaceAll('\\', '/');
  if (plain.startsWith('/')) return [plain];
  const places = dirs.map((dir) => `${dir}/${plain}`);
  for (const dir of dirs)
    for (const kind of (await outside.files.list(dir)).slice(0, maxKinds)) places.push(`${dir}/${kind}/${plain}`);
  return places;
}
