import type { EngineContext } from '../context.ts';

/** Folders and files of the user folder that are looked through. */
const maxEntries = 5_000;

/**
 * Counts the workflows in ComfyUI's user folder (`<user>/default/workflows`): the person's own, which no change runs.
 * Null when there is no such folder, or more of it than is looked through.
 */
export async function countOtherWorkflows(
  context: Pick<EngineContext, 'config' | 'paths'> & { readonly outside: Pick<EngineContext['outside'], 'files'> },
): Promise<number | null> {
  const { config, paths, outside } = context;
  const { files } = outside;
  const first = `${config.service.userDir ?? `${paths.work}/production/user`}/default/workflows`;
  if ((await files.info(first))?.kind !== 'directory') return null;
  const waiting = [first];
  let [nFound, nSeen] = [0, 0];
  for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
    for (const name of await files.list(dir)) {
      nSeen += 1;
      if (nSeen > maxEntries) return null;
      const info = await files.info(`${dir}/${name}`);
      if (info?.kind === 'directory') waiting.push(`${dir}/${name}`);
      else if (info?.kind === 'file' && name.endsWith('.json')) nFound += 1;
    }
  }
  return nFound;
}
