import type { CommitId } from '../../base/ids.ts';
import type { InstallationPaths } from '../../domain/installation/paths.ts';
import { listRestorePoints } from '../../engine/restore/points.ts';
import type { Files, HomeRepository } from '../../ports/index.ts';
import type { App, Installation } from '../app.ts';
import { foreignRefs } from './foreign-refs.ts';
import { keepsBelow } from './keeps-below.ts';
import { programsMemory } from './programs-memory.ts';
import { requireQuiet } from './require-quiet.ts';
import { findRescue, type Rescue } from './rescue.ts';
import { walkFiles } from './walk-files.ts';

/** Something of the person's: orchestrate did not write it, it was edited since, or it is kept for them. */
export interface Kept {
  /** Relative to home; absolute outside of it. */
  readonly path: string;
  readonly why: string;
}

export interface EjectPlan {
  readonly home: string;
  readonly id: string;
  readonly paths: InstallationPaths;
  /** Paths in home that are removed, relative; folders whole. */
  readonly ours: readonly string[];
  readonly keeps: readonly Kept[];
  /** What is kept in the record's folder, and where it is written to; null: nothing. */
  readonly rescue: Rescue | null;
  /** Absolute paths beside home that are removed. */
  readonly beside: readonly string[];
  readonly comfyui: string | null;
}

/**
 * Finds everything that `init` and runs wrote, and what in home is the person's. Writes nothing.
 * Fault `SUPERVISOR_BUSY` while production or a run is live.
 */
export async function planEject(app: App): Promise<EjectPlan> {
  const installation = await app.installation();
  const { paths, config } = installation;
  await requireQuiet(app, installation);
  const { files } = app.outside;
  const written = await writtenCommit(installation);
  const tree = written === undefined ? [] : await installation.store.list(await installation.store.treeOf(written));
  const tracked = new Map(tree.map(({ path, blob }) => [path, blob]));
  const keeps: Kept[] = [];
  const ours: string[] = [];
  // Gone already when an eject was interrupted.
  const hasGit = (await files.info(paths.gitDir)) !== undefined;
  const slots = hasGit ? await slotNames(installation.home) : [];
  const remembered = await programsMemory(app, installation);
  for await (const path of walkHome(files, paths.home, slots)) {
    const blob = tracked.get(path);
    if (blob !== undefined) {
      if (await isSame(installation, files, { path, blob })) ours.push(path);
      else keeps.push({ path, why: 'has edits of yours' });
    } else if (remembered.has(path)) ours.push(path);
    else if (!isMade(path)) keeps.push({ path, why: 'orchestrate did not write it' });
  }
  const refs = hasGit ? await foreignRefs(files, installation, paths.gitDir) : [];
  for (const ref of refs) keeps.push({ path: '.git', why: `${ref} has commits of yours` });
  keeps.push(...(await keepsBelow(app, installation)));
  const found = await findRescue(app, installation);
  keeps.push(...(found?.keeps ?? []));
  const isGitKept = keeps.some(({ path }) => path === '.git');
  const made = ['.orchestrate', ...slots.map((name) => `trees/${name}`), ...(isGitKept ? [] : ['.git'])];
  const others = await otherInstallations(files, { stateHome: app.outside.host.stateHome, id: config.id });
  const shared = `${app.outside.host.stateHome}/orchestrate`;
  const beside = [
    paths.state,
    ...(others.length === 0
      ? [`${shared}/logs`, `${shared}/tools`]
      : [`${shared}/logs/supervisor-start-${config.id}.log`]),
  ];
  return {
    home: paths.home,
    id: config.id,
    paths,
    ours: [...ours, ...made],
    keeps,
    rescue: found?.rescue ?? null,
    beside: await presentOf(files, beside),
    comfyui: config.adopted?.comfyui ?? null,
  };
}

/** The newest state of home that orchestrate wrote itself; commits by hand lie on top of it. */
async function writtenCommit(installation: Installation): Promise<CommitId | undefined> {
  const points = await listRestorePoints(installation);
  return points.findLast(({ manifest, isVoid }) => manifest.made !== 'by-hand' && !isVoid)?.commit;
}

/** Compared byte by byte: a cache of what was seen before would be written into what is about to go. */
async function isSame(
  { store, paths }: Installation,
  files: Files,
  { path, blob }: { path: string; blob: string },
): Promise<boolean> {
  const bytes = await files.readBytes(`${paths.home}/${path}`);
  const written = await store.readBlob(blob);
  return bytes !== undefined && bytes.length === written.length && bytes.every((byte, at) => byte === written[at]);
}

/** Files of home, without what is looked at otherwise: git's, the slots', and ours but for production's pictures and settings. */
async function* walkHome(files: Files, home: string, slots: readonly string[]): AsyncGenerator<string> {
  const whole = new Set(['.git', '.orchestrate', ...slots.map((name) => `trees/${name}`)]);
  yield* walkFiles(files, home, (path) => whole.has(path));
  const production = '.orchestrate/production';
  if ((await files.info(`${home}/${production}`))?.kind === 'directory')
    yield* walkFiles(files, home, undefined, `${production}/`);
}

/** Reports and logs carry the names that runs give them. */
const isMade = (path: string): boolean =>
  /^(sessions\/(\d{4}-\d\d-\d\d-)?r\d+\.md|logs\/.*\.(log|jsonl?)(\.\d+)?)$/.test(path);

const slotNames = async (home: HomeRepository): Promise<readonly string[]> =>
  (await home.listSlots()).filter(({ state }) => state !== 'missing').map(({ name }) => name);

async function otherInstallations(
  files: Files,
  { stateHome, id }: { stateHome: string; id: string },
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await files.list(`${stateHome}/orchestrate`))
    if (name !== id && (await files.info(`${stateHome}/orchestrate/${name}/ledger.db`)) !== undefined) found.push(name);
  return found;
}

async function presentOf(files: Files, paths: readonly string[]): Promise<readonly string[]> {
  const present: string[] = [];
  for (const path of paths) if ((await files.info(path)) !== undefined) present.push(path);
  return present;
}
