import { modelFile } from '../../domain/usage/graph-models.ts';
import type { EngineContext } from '../context.ts';
import { modelRoots } from './model-roots.ts';

/** A model file that is there. */
export interface ModelFile {
  readonly path: string;
  /** Of what a link leads to. */
  readonly sizeBytes: number;
  /** When it was written last, in milliseconds since 1970. */
  readonly changedMs: number;
}

export interface ModelFilesFound {
  /** Sorted by path; one that several names lead to is there once. */
  readonly files: readonly ModelFile[];
  /** Folders that were looked into. */
  readonly folders: readonly string[];
  /** Links to folders, and whatever lies beyond a limit: what is behind them is not known. */
  readonly notSeen: readonly string[];
}

/** The largest collections have some thousands. */
const maxEntries = 20_000;
const maxDepth = 6;

/** Looks for model files in the model folders, by name alone: no file is read. A folder that is a link is followed where it is one of the model folders, and nowhere below. */
export async function findModelFiles(
  context: Pick<EngineContext, 'paths' | 'config' | 'outside'>,
): Promise<ModelFilesFound> {
  const { files } = context.outside;
  const byPath = new Map<string, ModelFile>();
  const folders = new Set<string>();
  const notSeen: string[] = [];
  let left = maxEntries;

  const note = async (path: string, real: string): Promise<void> => {
    const info = await files.info(real);
    if (info?.kind === 'file') byPath.set(real, { path, sizeBytes: info.sizeBytes, changedMs: info.mtimeMs });
  };
  const walk = async (dir: string, depth: number): Promise<void> => {
    for (const name of await files.list(dir)) {
      const path = `${dir}/${name}`;
      if (left <= 0) return void notSeen.push(`${dir}: more than ${maxEntries} entries`);
      left -= 1;
      const info = await files.info(path);
      if (info?.kind === 'directory' && depth < maxDepth) await walk(path, depth + 1);
      else if (info?.kind === 'directory') notSeen.push(path);
      else if (info?.kind === 'file' && modelFile.test(name)) await note(path, path);
      else if (info?.kind === 'link') {
        const real = await files.realPath(path);
        if (real === undefined) continue;
        if (modelFile.test(name)) await note(path, real);
        else if ((await files.info(real))?.kind === 'directory') notSeen.push(path);
      }
    }
  };

  for (const { dir } of await modelRoots(context)) {
    const real = await files.realPath(dir);
    if (real === undefined || folders.has(real) || [...folders].some((one) => real.startsWith(`${one}/`))) continue;
    folders.add(real);
    await walk(real, 1);
  }
  const sorted = [...byPath.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  // A linked folder may be a model folder of its own, and then it was looked into.
  const behind = await Promise.all(notSeen.map(async (path) => ({ path, real: await files.realPath(path) })));
  return {
    files: sorted,
    folders: [...folders],
    notSeen: behind.flatMap(({ path, real }) => (real !== undefined && folders.has(real) ? [] : [path])),
  };
}
