import { Fault } from '../../../base/fault.ts';
import type { CommitId } from '../../../base/ids.ts';
import { orchestrateAuthor } from '../../../engine/changes/draft.ts';
import type { App, Installation } from '../../app.ts';
import { writeOut } from '../rescue.ts';
import { ownFiles, type ServiceEjectPlan } from './plan.ts';

/**
 * Removes what the plan names and nothing else, once what only the record's folder holds is written out. A slot with anything of the
 * person's stays whole, as a work tree of their repository. The two files on the branch go last but for the record: by them the installation is
 * found, so that an interrupted eject goes on when it is typed again. The branch never loses a commit of a person.
 */
export async function ejectService(app: App, plan: ServiceEjectPlan): Promise<void> {
  const { files } = app.outside;
  const installation = await app.installation();
  const held = await installation.ledger.acquire();
  if (held === undefined)
    throw new Fault('SUPERVISOR_BUSY', 'A supervisor is at work on this installation.', {
      hints: ['orchestrate supervisor stop'],
      state: 'Nothing was removed.',
    });
  try {
    const { home, paths, store } = installation;
    if (plan.rescue !== null) await writeOut({ files, store }, plan.rescue, paths.state);
    for (const { name } of await home.listSlots())
      if (!isKept(plan, `.orchestrate/trees/${name}`))
        await home.removeSlot({ slot: { name, dir: `${paths.trees}/${name}` }, trashDir: `${paths.trash}/eject` });
    await home.removeRefs(plan.tags);
    if (plan.keeps.some(({ path }) => path.startsWith('.orchestrate/'))) await removeAllBut(app, plan, '.orchestrate');
    else {
      await files.remove(paths.work);
      await home.exclude(null);
    }
    if (plan.branch !== null) await clearBranch(installation, plan, plan.branch);
  } finally {
    await held.release();
  }
  await files.remove(plan.paths.state);
}

const isKept = (plan: ServiceEjectPlan, path: string): boolean =>
  plan.keeps.some((one) => one.path === path || one.path.startsWith(`${path}/`));

async function removeAllBut(app: App, plan: ServiceEjectPlan, path: string): Promise<void> {
  const { files } = app.outside;
  if (plan.keeps.some((kept) => kept.path === path)) return;
  // Its files without its link to the repository would be half of it.
  if (/^\.orchestrate\/trees\/[^/]+$/.test(path) && isKept(plan, path)) return;
  if (!isKept(plan, path)) return files.remove(`${plan.home}/${path}`);
  for (const name of await files.list(`${plan.home}/${path}`)) await removeAllBut(app, plan, `${path}/${name}`);
}

/** Moves the branch by compare-and-swap, then the two files in home; what has edits of the person's stays on the branch and on disk. */
async function clearBranch(
  { home, store, paths }: Installation,
  plan: ServiceEjectPlan,
  { ref, head, isInitCommit }: NonNullable<ServiceEjectPlan['branch']>,
): Promise<void> {
  await store.importCommit({ gitDir: paths.gitDir, commit: head, name: 'branch' });
  const before = await store.treeOf(head);
  const going = ownFiles.filter((path) => !isKept(plan, path));
  const after = await store.editTree(before, new Map(going.map((path) => [path, null])));
  if (after === before) return;
  const { parents, atSeconds } = await store.commitFacts(head);
  const [parent] = parents;
  const isBack = isInitCommit && parent !== undefined && (await store.treeOf(parent)) === after;
  const to: CommitId = isBack
    ? parent
    : await store.commit({
        tree: after,
        parents: [head],
        message: 'orchestrate: no longer look after this service\n',
        author: orchestrateAuthor,
        atSeconds: atSeconds + 1,
      });
  if (!isBack) await home.deliverObjects({ commit: to, known: head });
  const moved = await home.updateRefs([{ ref, from: head, to }]);
  if (moved.kind === 'refused' && moved.actual !== to)
    throw new Fault('CHANGE_MOVED', `${ref} moved meanwhile.`, {
      hints: ['orchestrate eject'],
      state: 'orchestrate.yaml is on the branch still; the rest is gone.',
    });
  await home.applyPaths(before, after);
}
