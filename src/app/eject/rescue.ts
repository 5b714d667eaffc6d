import type { GitTreeId } from '../../base/ids.ts';
import type { Files } from '../../ports/index.ts';
import type { App, Installation } from '../app.ts';
import type { Kept } from './plan-eject.ts';
import { findHeld, type Held } from './store-only.ts';

/** What of a person's lies in the record's folder, where nothing may stay, and the folder beside home that it is written to. */
export interface Rescue {
  readonly dir: string;
  readonly queues: readonly string[];
  readonly users: readonly { readonly instance: string; readonly tree: GitTreeId }[];
  /** Commits that only the store has, with the branch that each becomes in `work.git`. */
  readonly held: readonly Held[];
}

const userRefs = 'refs/orchestrate/user/';

/**
 * Finds prompts that wait in a file, user folders as they were before ComfyUI changed their database, and work that only a ref of
 * the store names: each may be the only copy. Undefined when there is nothing of the kind. Reads only.
 */
export async function findRescue(
  app: App,
  installation: Installation,
): Promise<{ readonly rescue: Rescue; readonly keeps: readonly Kept[] } | undefined> {
  const { paths, store, config } = installation;
  const { files } = app.outside;
  const keeps: Kept[] = [];
  const queues: string[] = [];
  for (const name of await files.list(`${paths.state}/queues`)) {
    const path = `${paths.state}/queues/${name}`;
    if (((await files.readText(path)) ?? '[]').trim() === '[]') continue;
    queues.push(name);
    keeps.push({ path, why: 'prompts wait in it' });
  }
  const users: Rescue['users'][number][] = [];
  for (const { ref, target } of await store.listRefs(userRefs)) {
    const instance = ref.slice(userRefs.length);
    users.push({ instance, tree: await store.treeOf(target) });
    keeps.push({ path: `${paths.store} ${ref}`, why: `your user folder as ${instance} left it` });
  }
  const held = await findHeld(app, installation);
  for (const { ref, why, isTheirs } of held) if (isTheirs) keeps.push({ path: `${paths.store} ${ref}`, why });
  if (keeps.length === 0) return undefined;
  // With the id in its name, a folder that is there is one that this installation began to write.
  return { rescue: { dir: `${paths.home}-kept-${config.id}`, queues, users, held }, keeps };
}

/**
 * Writes them out: `queues/`, `user/<instance>/` and the bare repository `work.git`, readable by the person alone. Each is whole
 * or absent; a repeat is safe.
 */
export async function writeOut(
  { files, store }: { files: Files; store: Installation['store'] },
  { dir, queues, users, held }: Rescue,
  state: string,
): Promise<void> {
  await files.ensureDir(dir, { mode: 0o700 });
  if (queues.length > 0) await files.ensureDir(`${dir}/queues`, { mode: 0o700 });
  for (const name of queues) {
    const bytes = await files.readBytes(`${state}/queues/${name}`);
    if (bytes !== undefined) await files.writeAtomic(`${dir}/queues/${name}`, bytes, { mode: 0o600 });
  }
  if (users.length > 0) await files.ensureDir(`${dir}/user`, { mode: 0o700 });
  for (const { instance, tree } of users) {
    const to = `${dir}/user/${instance}`;
    if ((await files.info(to)) !== undefined) continue;
    await files.remove(`${to}.part`);
    await store.exportTree(tree, `${to}.part`);
    await files.rename(`${to}.part`, to);
  }
  const work = `${dir}/work.git`;
  if (held.length === 0 || (await files.info(work)) !== undefined) return;
  await files.remove(`${work}.part`);
  await store.exportRefs(
    held.map(({ branch, commit }) => ({ ref: `refs/heads/${branch}`, commit })),
    `${work}.part`,
  );
  await files.rename(`${work}.part`, work);
}
