import type { CommitId, GitTreeId } from '../../../base/ids.ts';
import { includeLimits, type LeftOut, readInclude } from '../../../domain/templates/include.ts';
import type { EngineContext } from '../../context.ts';

export const includeFile = '.worktreeinclude';

export interface Included {
  /** Relative paths, sorted. */
  readonly paths: readonly string[];
  readonly left: readonly LeftOut[];
  /** Stands for these files as they are now, by their sizes and times: nothing of their content is in it. */
  readonly mark: string;
}

/**
 * Finds the ignored files of home that `.worktreeinclude` of the tree names, and what of it is left out. Reads no content. Links are
 * left out: what they name may lie anywhere.
 */
export async function findIncluded(
  context: EngineContext,
  { tree, commit }: { readonly tree: GitTreeId; readonly commit: CommitId },
): Promise<Included> {
  const { files, digest } = context.outside;
  const bytes = await context.store.readFile(tree, includeFile);
  const { patterns, refused } = readInclude(new TextDecoder().decode(bytes ?? new Uint8Array()));
  const left: LeftOut[] = [...refused];
  const paths: string[] = [];
  const stats: unknown[] = [];
  const ofTree = new Set((await context.store.list(tree)).map(({ path }) => path));
  let total = 0;
  for (const path of await context.home.ignoredFiles({ commit, patterns })) {
    const info = await files.info(`${context.paths.home}/${path}`);
    const why = ofTree.has(path)
      ? 'the change brings a file of that name'
      : info?.kind === 'link'
        ? 'is a symbolic link'
        : info?.kind !== 'file'
          ? 'is no plain file'
          : info.sizeBytes > includeLimits.maxFileBytes
            ? `is larger than ${includeLimits.maxFileBytes / 1024 ** 2} MiB`
            : total + info.sizeBytes > includeLimits.maxTotalBytes
              ? `would be more than ${includeLimits.maxTotalBytes / 1024 ** 2} MiB in all`
              : paths.length >= includeLimits.maxFiles
                ? `would be more than ${includeLimits.maxFiles} files`
                : undefined;
    if (why !== undefined || info === undefined) {
      left.push({ path, why: why ?? 'is gone' });
      continue;
    }
    total += info.sizeBytes;
    paths.push(path);
    stats.push([path, info.sizeBytes, info.mtimeMs]);
  }
  const mark = paths.length === 0 ? '' : digest.sha256(JSON.stringify(stats)).slice(0, 12);
  return { paths, left: left.slice(0, 50), mark };
}

/**
 * Copies them into the composed folder, readable by the person alone. The path is resolved once more before each is read: a folder
 * that has become a link since is not followed. Returns what is there.
 */
export async function copyIncluded(
  context: EngineContext,
  { paths, to }: { readonly paths: readonly string[]; readonly to: string },
): Promise<readonly string[]> {
  const { files } = context.outside;
  const home = (await files.realPath(context.paths.home)) ?? context.paths.home;
  const copied: string[] = [];
  for (const path of paths) {
    if ((await files.info(`${home}/${path}`))?.kind !== 'file') continue;
    if ((await files.realPath(`${home}/${path}`)) !== `${home}/${path}`) continue;
    const bytes = await files.readBytes(`${home}/${path}`);
    if (bytes === undefined) continue;
    const at = path.lastIndexOf('/');
    if (at !== -1) await files.ensureDir(`${to}/${path.slice(0, at)}`);
    await files.writeAtomic(`${to}/${path}`, bytes, { mode: 0o600 });
    copied.push(path);
  }
  return copied;
}
