import { Fault } from '../../base/fault.ts';
import type { Files } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { findHome, readConfig } from '../find-home.ts';
import type { EjectPlan } from './plan-eject.ts';

const config = 'orchestrate.yaml';

/**
 * Removes what the plan names and nothing else; links are removed, never followed. `orchestrate.yaml`, by which the
 * installation is found, goes last, after the record: interrupted, the command goes on when it is typed again.
 */
export async function ejectAll(app: App, plan: EjectPlan): Promise<void> {
  const { files } = app.outside;
  const { ledger } = await app.installation();
  const held = await ledger.acquire();
  if (held === undefined)
    throw new Fault('SUPERVISOR_BUSY', 'A supervisor is at work on this installation.', {
      hints: ['orchestrate supervisor stop'],
      state: 'Nothing was removed.',
    });
  try {
    const isLast = (path: string): boolean => path === config || path === '.git' || path === '.orchestrate';
    for (const path of plan.ours.filter((one) => !isLast(one))) await files.remove(`${plan.home}/${path}`);
    for (const name of ['sessions', 'logs']) await removeMade(files, plan, name);
    for (const path of ['.git', '.orchestrate'].filter((one) => plan.ours.includes(one)))
      await removeFolder(files, plan, path);
    await removeEmpty(files, plan.home, plan.home);
    for (const path of plan.beside.filter((one) => one !== plan.paths.state)) await files.remove(path);
  } finally {
    await held.release();
  }
  await files.remove(plan.paths.state);
  if (plan.ours.includes(config)) await files.remove(`${plan.home}/${config}`);
  for (const dir of [plan.home, plan.paths.state.slice(0, plan.paths.state.lastIndexOf('/'))])
    if ((await files.info(dir)) !== undefined && (await files.list(dir)).length === 0) await files.remove(dir);
}

/** Reports and logs, but not a file that a person put among them. */
async function removeMade(files: Files, plan: EjectPlan, folder: string): Promise<void> {
  if (plan.keeps.some(({ path }) => path.startsWith(`${folder}/`))) {
    for (const name of await files.list(`${plan.home}/${folder}`)) {
      const path = `${folder}/${name}`;
      if (!plan.keeps.some((kept) => kept.path === path || kept.path.startsWith(`${path}/`)))
        await files.remove(`${plan.home}/${path}`);
    }
    return;
  }
  await files.remove(`${plan.home}/${folder}`);
}

/** A folder of ours in which something is kept loses the rest only. */
async function removeFolder(files: Files, plan: EjectPlan, folder: string): Promise<void> {
  const isKept = (path: string): boolean => plan.keeps.some((kept) => kept.path.startsWith(`${path}/`));
  if (!isKept(folder)) return files.remove(`${plan.home}/${folder}`);
  for (const name of await files.list(`${plan.home}/${folder}`)) {
    const path = `${folder}/${name}`;
    if (!isKept(path)) await files.remove(`${plan.home}/${path}`);
  }
}

/** Removes folders below `dir` that hold nothing any more. */
async function removeEmpty(files: Files, home: string, dir: string): Promise<void> {
  for (const name of await files.list(dir)) {
    const path = `${dir}/${name}`;
    if (path === `${home}/.git` || (await files.info(path))?.kind !== 'directory') continue;
    await removeEmpty(files, home, path);
    if ((await files.list(path)).length === 0) await files.remove(path);
  }
}

/**
 * Finishes an eject that was interrupted after the record was gone: only `orchestrate.yaml` is left of it then. Returns
 * the home, or undefined when this is not such a rest.
 */
export async function finishEject(app: App): Promise<{ home: string; id: string } | undefined> {
  const { files, host } = app.outside;
  const home = await findHome(files, app.cwd);
  const { id } = await readConfig(files, home);
  const isThere = async (path: string): Promise<boolean> => (await files.info(path)) !== undefined;
  if ((await isThere(`${home}/.git`)) || (await isThere(`${host.stateHome}/orchestrate/${id}`))) return undefined;
  await files.remove(`${home}/orchestrate.yaml`);
  if ((await files.list(home)).length === 0) await files.remove(home);
  return { home, id };
}
