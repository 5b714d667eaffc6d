import { asCommitId, type CommitId } from '../../../base/ids.ts';
import type { InstallationPaths } from '../../../domain/installation/paths.ts';
import { listRestorePoints } from '../../../engine/restore/points.ts';
import type { App, Installation } from '../../app.ts';
import { newest } from '../../views/journal-reader.ts';
import { keepsBelow } from '../keeps-below.ts';
import type { Kept } from '../plan-eject.ts';
import { requireQuiet } from '../require-quiet.ts';
import { findRescue, type Rescue } from '../rescue.ts';

/** Files that `init` wrote into the person's repository. */
export const ownFiles = ['orchestrate.yaml', 'trees/service.yaml'] as const;

export interface ServiceEjectPlan {
  readonly home: string;
  readonly id: string;
  readonly paths: InstallationPaths;
  readonly keeps: readonly Kept[];
  /** What is kept in the record's folder, and where it is written to; null: nothing. */
  readonly rescue: Rescue | null;
  /** Tags of home that name restore points. */
  readonly tags: readonly { readonly ref: string; readonly object: string }[];
  /** How the two files leave the branch: it goes back to where it was when nothing came on top, else a commit takes them out. */
  readonly branch: { readonly ref: string; readonly head: CommitId; readonly isInitCommit: boolean } | null;
  /** Absolute paths that go, folders whole. */
  readonly removes: readonly string[];
}

/**
 * Finds what orchestrate wrote into and beside a repository of the person's own. Its history stays, merges included. Writes nothing.
 * Fault `SUPERVISOR_BUSY` while production or a run is live.
 */
export async function planServiceEject(app: App): Promise<ServiceEjectPlan> {
  const installation = await app.installation();
  const { paths, config, ledger } = installation;
  await requireQuiet(app, installation);
  const { files } = app.outside;
  const keeps: Kept[] = [...(await keepsBelow(app, installation))];
  const state = await installation.home.inspect();
  const created = newest(ledger, 'installation.created', 'installation');
  if (state.kind === 'ready') {
    // A file on disk that is not what the branch has would be lost; one that is committed is in the history.
    const dirty = new Set(await installation.home.dirtyPaths(state.head));
    for (const path of ownFiles) if (dirty.has(path)) keeps.push({ path, why: 'has edits of yours' });
  } else keeps.push({ path: 'orchestrate.yaml', why: `is on the branch, and ${state.reason}` });
  const found = await findRescue(app, installation);
  keeps.push(...(found?.keeps ?? []));
  const slots = (await installation.home.listSlots()).filter((one) => one.state !== 'missing');
  return {
    ...{ home: paths.home, id: config.id, paths, keeps, rescue: found?.rescue ?? null },
    tags: await tagsOf(installation),
    branch:
      state.kind === 'ready'
        ? { ref: state.branchRef, head: asCommitId(state.head), isInitCommit: state.head === created?.data.head }
        : null,
    removes: [
      ...ownFiles.map((path) => `${paths.home}/${path}`),
      `${paths.home}/.orchestrate`,
      ...slots.map(({ name }) => `${paths.gitDir}/worktrees/${name}`),
      ...((await files.info(paths.state)) === undefined ? [] : [paths.state]),
    ],
  };
}

/** Only those that still name what was published: a tag that somebody moved is theirs. */
async function tagsOf({ home, ...installation }: Installation): Promise<ServiceEjectPlan['tags']> {
  const tags: { ref: string; object: string }[] = [];
  for (const { ref, object } of await listRestorePoints(installation))
    if ((await home.findRef(ref)) === object) tags.push({ ref, object });
  return tags;
}
