import { Fault } from '../../base/fault.ts';
import { asCommitId, type GitTreeId } from '../../base/ids.ts';
import type { App, Installation } from '../app.ts';
import type { Kept } from './plan-eject.ts';
import { walkFiles } from './walk-files.ts';
import { type Written, whatRunsWrote } from './written.ts';

/** What a kill in the middle of writing a file leaves beside it. */
const unfinished = /(^|\/)\.orchestrate-[^/]*\.tmp$/;

/**
 * What is the person's in `.orchestrate`, in the slots below `trees/` and in trash: files that neither the recorded tree nor a
 * run explains, commits that only a slot's HEAD names, and what was set aside whole. Reads only.
 */
export async function keepsBelow(app: App, installation: Installation): Promise<readonly Kept[]> {
  const written = whatRunsWrote(app, installation);
  return [
    ...(await inWork(app, installation)),
    ...(await inSlots(app, installation, written)),
    ...(await inTrash(app, installation, written)),
  ];
}

/** Names that orchestrate gives below `.orchestrate`. */
const ours = /^(envs|instances|wheels|trash|production|anew|incoming-.*|init-id|\.orchestrate-.*\.tmp)$/;
/** The same where everything that is ignored lies there. */
const oursInRepository = /^(trees|logs|sessions|memory)$/;

async function inWork({ outside: { files } }: App, { paths }: Installation): Promise<readonly Kept[]> {
  const isOurs = (name: string): boolean =>
    ours.test(name) || (paths.trees.startsWith(`${paths.work}/`) && oursInRepository.test(name));
  const names = (await files.list(paths.work)).filter((name) => !isOurs(name));
  return names.map((name) => ({ path: `.orchestrate/${name}`, why: 'orchestrate did not write it' }));
}

async function inSlots(app: App, installation: Installation, written: Written): Promise<readonly Kept[]> {
  const { paths, home } = installation;
  const { files } = app.outside;
  const keeps: Kept[] = [];
  if ((await files.info(paths.gitDir)) === undefined) return keeps;
  const shown = paths.trees.slice(paths.home.length + 1);
  // In a repository of the person's `.git` stays in any case, and what names their commits is the slot.
  const isRepository = paths.trees.startsWith(`${paths.work}/`);
  const worktrees = await home.listWorktrees();
  for (const { name, state, head } of await home.listSlots()) {
    if (state === 'missing') continue;
    const tree = head === null ? null : await treeOf(installation, head);
    const logged = worktrees.find((one) => one.dir === `${paths.trees}/${name}`)?.commits ?? [];
    for (const commit of new Set(head === null ? logged : [head, ...logged])) {
      if ((commit === head ? tree : await treeOf(installation, commit)) !== null) continue;
      const why = `the slot ${name} has commits of yours at ${commit.slice(0, 7)}`;
      keeps.push({ path: isRepository ? `${shown}/${name}` : '.git', why });
      break;
    }
    for await (const path of walkFiles(files, `${paths.trees}/${name}`, (one) => one === '.git')) {
      if (path === '.git' || unfinished.test(path)) continue;
      if (!(await written.has(`${paths.trees}/${name}/${path}`, path, tree)))
        keeps.push({ path: `${shown}/${name}/${path}`, why: 'is not what was written into the slot' });
    }
  }
  return keeps;
}

/** Null for a commit that is not in the trusted store: orchestrate did not put the slot there. */
async function treeOf({ store }: Installation, head: string): Promise<GitTreeId | null> {
  try {
    return await store.treeOf(asCommitId(head));
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** The folder of one use of the trash for a slot, with the path that a file had there: `r2-env/env.mb3k-0f12ab/notes.md`. */
const ofSlot = /^([^/]+\/[^/]+\.[0-9a-z]+-[0-9a-f]{6})(?:\/(?:slot\/)?(.*))?$/;

async function inTrash(app: App, { paths }: Installation, written: Written): Promise<readonly Kept[]> {
  const { files } = app.outside;
  const keeps: Kept[] = [];
  for (const top of await files.list(paths.trash)) {
    // A removal of ours that was interrupted: it was compared before it went there.
    if (/^prune-\d+$/.test(top)) continue;
    if ((await files.info(`${paths.trash}/${top}`))?.kind !== 'directory') {
      keeps.push({ path: `.orchestrate/trash/${top}`, why: 'was moved to trash, not removed' });
      continue;
    }
    for await (const path of walkFiles(files, paths.trash, (one) => isSetAside(one), `${top}/`)) {
      const [, , was = ''] = ofSlot.exec(path) ?? [];
      if (was.startsWith('.git-administration/') || was === '.git' || unfinished.test(was)) continue;
      if (was === '' || !(await written.has(`${paths.trash}/${path}`, was, null)))
        keeps.push({ path: `.orchestrate/trash/${path}`, why: 'was moved to trash, not removed' });
    }
    for (const name of await files.list(`${paths.trash}/${top}`))
      if (isSetAside(`${top}/${name}`) && (await files.info(`${paths.trash}/${top}/${name}`))?.kind === 'directory')
        keeps.push({ path: `.orchestrate/trash/${top}/${name}`, why: 'was set aside, not removed' });
  }
  return keeps;
}

/** An environment or an instance that somebody changed is told of as one, not file by file. */
const isSetAside = (path: string): boolean => path.split('/').length === 2 && !ofSlot.test(path);
