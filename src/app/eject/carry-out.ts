import { Fault } from '../../base/fault.ts';
import type { Files } from '../../ports/index.ts';
import type { App } from '../app.ts';
import { findHome, readConfig } from '../find-home.ts';
import type { EjectPlan } from './plan-eject.ts';
import { writeOut } from './rescue.ts';

const config = 'orchestrate.yaml';

/**
 * Removes what the plan names and nothing else, once what is kept in the record is written out; links are removed, never followed. `orchestrate.yaml`, by which the
 * installation is found, goes last, after the record: interrupted, the command goes on when it is typed again.
 */
export async function ejectAll(app: App, plan: EjectPlan): Promise<void> {
  const { files } = app.outside;
  const { ledger, store } = await app.installation();
  const held = await ledger.acquire();
  if (held === undefined)
    throw new Fault('SUPERVISOR_BUSY', 'A supervisor is at work on this installation.', {
      hints: ['orchestrate supervisor stop'],
      state: 'Nothing was removed.',
    });
  try {
    if (plan.rescue !== null) await writeOut({ files, store }, plan.rescue, plan.paths.state);
    const isLast = (path: string): boolean => path === config || path === '.git' || path === '.orchestrate';
    for (const path of plan.ours.filter((one) => !isLast(one))) await removeBut(files, plan, path);
    for (const name of ['sessions', 'logs']) await removeBut(files, plan, name);
    for (const path of ['.git', '.orchestrate'].filter((one) => plan.ours.includes(one)))
      await removeBut(files, plan, path);
    await removeEmpty(files, plan, plan.home);
    for (const path of plan.beside.filter((one) => one !== plan.paths.state)) await files.remove(path);
  } finally {
    await held.release();
  }
  await files.remove(plan.paths.state);
  if (plan.ours.includes(config)) await files.remove(`${plan.home}/${config}`);
  for (const dir of [plan.home, plan.paths.state.slice(0, plan.paths.state.lastIndexOf('/'))])
    if ((await files.info(dir)) !== undefined && (await files.list(dir)).length === 0) await files.remove(dir);
}

/** Removes the path, but not what is kept at or below it. */
async function removeBut(files: Files, plan: EjectPlan, path: string): Promise<void> {
  if (plan.keeps.some((kept) => kept.path === path)) return;
  if (!plan.keeps.some((kept) => kept.path.startsWith(`${path}/`))) return files.remove(`${plan.home}/${path}`);
  for (const name of await files.list(`${plan.home}/${path}`)) await removeBut(files, plan, `${path}/${name}`);
}

/** Removes folders below `dir` that hold nothing any more; what is kept whole stays as it is. */
async function removeEmpty(files: Files, plan: EjectPlan, dir: string): Promise<void> {
  const whole = new Set(['.git', ...plan.keeps.map((kept) => kept.path)].map((path) => `${plan.home}/${path}`));
  for (const name of await files.list(dir)) {
    const path = `${dir}/${name}`;
    if (whole.has(path) || (await files.info(path))?.kind !== 'directory') continue;
    await removeEmpty(files, plan, path);
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
