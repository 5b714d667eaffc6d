import type { FoundModel } from '../../actions/_service-care.ts';
import { likeNamed } from '../../domain/services/like-named.ts';
import type { EngineContext } from '../context.ts';
import { watchedFolders } from '../health/folders.ts';

/** Entries that are looked at; the largest collections have some thousands. */
const maxEntries = 10_000;
/** `models/<kind>/<family>/<file>`, and one below. */
const maxDepth = 4;

/**
 * Says for each missing model whether it lies where models lie, and which files are named like it; by names alone, no file is read and no
 * link of a folder is followed. Changes nothing; a repeat is safe.
 */
export async function findModels(context: EngineContext, names: readonly string[]): Promise<readonly FoundModel[]> {
  const dir = watchedFolders(context)['models'];
  const real = dir === undefined ? undefined : await context.outside.files.realPath(dir);
  const files: string[] = [];
  if (real !== undefined)
    await walk(context, { dir: real, prefix: '', depth: 1, files, left: { entries: maxEntries } });
  return names.map((name) => {
    const wanted = name.replaceAll('\\', '/');
    const here = files.find((file) => file === wanted || file.endsWith(`/${wanted}`)) ?? null;
    return { name, here, like: likeNamed(name, files).filter((file) => file !== here) };
  });
}

async function walk(
  context: EngineContext,
  at: { dir: string; prefix: string; depth: number; files: string[]; left: { entries: number } },
): Promise<void> {
  const { files } = context.outside;
  for (const name of await files.list(at.dir)) {
    if (at.left.entries <= 0) return;
    at.left.entries -= 1;
    const path = `${at.dir}/${name}`;
    const kind = (await files.info(path))?.kind;
    if (kind === 'directory' && at.depth < maxDepth)
      await walk(context, { ...at, dir: path, prefix: `${at.prefix}${name}/`, depth: at.depth + 1 });
    else if (kind === 'file' || kind === 'link') at.files.push(`${at.prefix}${name}`);
  }
}
