import type { Files } from '../../ports/index.ts';
import type { App } from '../app.ts';

/**
 * Does the work with a folder for pip, which is gone afterwards. It is where temporary files are, as nothing of a home may be written
 * before the plan is known.
 */
export async function withInitTools<T>(app: App, work: (toolsDir: string) => Promise<T>): Promise<T> {
  const { files, host, random } = app.outside;
  const toolsDir = `${host.tempDir}/orchestrate-init-${random.hex(4)}`;
  try {
    return await work(toolsDir);
  } finally {
    await files.remove(toolsDir);
  }
}

/**
 * Takes over what planning has prepared: to unpack and compile pip once more takes as long as all else that is prepared. As a whole or
 * not at all, since a folder of pip counts as complete. A repeat is safe.
 */
export async function takeTools(files: Files, { from, to }: { from: string; to: string }): Promise<void> {
  if ((await files.info(from)) === undefined || (await files.info(to)) !== undefined) return;
  const copy = `${to}.taken`;
  await files.remove(copy);
  await files.copyTree(from, copy);
  await files.rename(copy, to);
}
