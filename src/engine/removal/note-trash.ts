import { asCommitId, asGitTreeId, type CommitId } from '../../base/ids.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { row } from '../../domain/journal/kinds.ts';
import { isOnItsWay, placeKind, runOfPlace, type TrashKind, trashId } from '../../domain/removal/trash.ts';
import type { EngineContext } from '../context.ts';
import { makeBackup, notOnBranch, rescuedCommits, storeFolder } from './back-up.ts';

export interface Moved {
  /** Absolute path in the trash; of all that a kill left there, too. */
  readonly place: string;
  readonly what: TrashKind;
  readonly name: string;
  readonly from: string | null;
  readonly why: string;
  readonly run: string | null;
  readonly by: Actor;
  /** Hash of the removal's plan, if a person asked for it. */
  readonly plan?: string;
}

/**
 * Writes down that something lies in the trash, with a backup of what it holds. To be called after whatever moved it,
 * within the same effect: a repeat, also after a kill, writes nothing twice. Returns its id; null: nothing is there.
 */
export async function noteTrash(engine: EngineContext, moved: Moved): Promise<string | null> {
  const { files, digest } = engine.outside;
  const { place, what, name, from, why, run, by } = moved;
  const id = trashId(place, (text) => digest.sha256(text));
  if (engine.ledger.latest(`trash:${id}`)?.kind === 'trash.put') return id;
  const rescued = what === 'slot' || what === 'slot-files' ? await rescuedCommits(engine, name) : [];
  const isThere = (await files.info(place)) !== undefined;
  if (!isThere && rescued.length === 0) return null;
  const backup = await backUp(engine, { ...moved, id, commits: rescued.map(({ commit }) => commit), isThere });
  await engine.ledger.append([
    row(
      'trash.put',
      { id, what, name, from, place, why, run, by, sizeBytes: isThere ? await files.sizeBytes(place) : 0, ...backup },
      {
        run,
        keys: [
          `trash:${id}`,
          'trash',
          ...(from === null ? [] : [`trash-from:${from}`]),
          ...(moved.plan === undefined ? [] : [`removal:${moved.plan}`]),
        ],
      },
    ),
  ]);
  // The record holds them now.
  if (rescued.length > 0)
    await engine.store.updateRefs(rescued.map(({ ref, commit }) => ({ ref, from: commit, to: null })));
  return id;
}

/** What was built by rule can be built again: its bytes are not kept twice. */
const isBuilt = (what: TrashKind): boolean => what === 'environment' || what === 'packages';

async function backUp(
  engine: EngineContext,
  options: Moved & { id: string; commits: readonly CommitId[]; isThere: boolean },
) {
  const { id, what, name, why, place, commits, isThere } = options;
  const nothing = { ref: null, tree: null, commits, leftOut: [] };
  if (isBuilt(what)) return { ...nothing, holdsWork: false };
  if (what === 'instance') return { ...nothing, holdsWork: true };
  const folder = isThere ? await folderOf(engine, place) : undefined;
  const stored = folder === undefined ? { tree: emptyTree, leftOut: [] } : await storeFolder(engine, folder);
  const { tree, leftOut } = stored;
  const ref =
    tree === null && commits.length === 0
      ? null
      : await makeBackup(engine, {
          id,
          tree: tree ?? emptyTree,
          parents: commits,
          message: `${id}: ${what} ${name}\n\n${why}\n`,
        });
  const holdsWork =
    commits.length > 0 ||
    leftOut.length > 0 ||
    tree === null ||
    !(await isAllOnBranch(engine, tree)) ||
    what === 'found';
  return { ref, tree, commits, holdsWork, leftOut };
}

const emptyTree = asGitTreeId('4b825dc642cb6eb9a060e54bf8d69288fbee4904');

/** The files of a slot lie in `slot`, beside its administration; all else lies in the place itself. */
async function folderOf({ outside: { files } }: EngineContext, place: string): Promise<string | undefined> {
  if ((await files.info(place))?.kind !== 'directory') return undefined;
  return (await slotFolder({ files }, place)) ?? place;
}

/** Where in a place the folder of a whole slot lies; undefined when it holds none. */
export async function slotFolder(
  { files }: Pick<EngineContext['outside'], 'files'>,
  place: string,
): Promise<string | undefined> {
  for (const dir of [place, ...(await files.list(place)).map((name) => `${place}/${name}`)])
    if ((await files.info(`${dir}/slot`))?.kind === 'directory' && isUse(dir)) return `${dir}/slot`;
  return undefined;
}

/** A folder of one use of the trash: `env-setup.mb3k-0f12ab`. */
const isUse = (dir: string): boolean => /\.[0-9a-z]+-[0-9a-f]{6}$/.test(dir);

async function isAllOnBranch(engine: EngineContext, tree: string): Promise<boolean> {
  const entries = await engine.store.list(asGitTreeId(tree));
  if (entries.length === 0) return true;
  const state = await engine.home.inspect();
  if (state.kind !== 'ready') return false;
  await engine.store.importCommit({ gitDir: engine.paths.gitDir, commit: state.head, name: 'branch' });
  return (await notOnBranch(engine, { entries, head: asCommitId(state.head) })).length === 0;
}

/** Writes down every use of a folder of the trash that belongs to one slot. Returns the ids. */
export async function noteSlotTrash(
  engine: EngineContext,
  options: { trashDir: string; slot: string; why: string; run: string | null; by: Actor },
): Promise<readonly string[]> {
  const { trashDir, slot, why, run, by } = options;
  const { files } = engine.outside;
  const from = `${engine.paths.trees}/${slot}`;
  const ids: (string | null)[] = [];
  for (const name of await files.list(trashDir)) {
    const place = `${trashDir}/${name}`;
    const isWhole = (await slotFolder({ files }, place)) !== undefined;
    ids.push(await noteTrash(engine, { place, what: isWhole ? 'slot' : 'slot-files', name: slot, from, why, run, by }));
  }
  // Commits, and no file: they are in the store alone.
  if ((await rescuedCommits(engine, slot)).length > 0)
    ids.push(await noteTrash(engine, { place: trashDir, what: 'slot-files', name: slot, from, why, run, by }));
  return ids.filter((id) => id !== null);
}

/** Something in the trash that no row tells of. */
export interface Unrecorded {
  /** Below the trash: `r7-env-setup/env-setup.mb3k-0f12ab`. */
  readonly path: string;
  readonly place: string;
}

/** Finds what lies in the trash without a record. Writes nothing. */
export async function findUnrecorded({
  ledger,
  paths,
  outside: { files, digest },
}: Pick<EngineContext, 'ledger' | 'paths' | 'outside'>): Promise<readonly Unrecorded[]> {
  const found: Unrecorded[] = [];
  const isKnown = (path: string): boolean =>
    ledger.latest(`trash:${trashId(path, (text) => digest.sha256(text))}`) !== undefined;
  for (const top of await files.list(paths.trash)) {
    const dir = `${paths.trash}/${top}`;
    if (isOnItsWay(top) || isKnown(dir)) continue;
    const names = (await files.info(dir))?.kind === 'directory' ? await files.list(dir) : [];
    const { isOne } = placeKind(top, names);
    for (const path of isOne ? [top] : names.map((name) => `${top}/${name}`)) {
      const place = `${paths.trash}/${path}`;
      if (!isKnown(place)) found.push({ path, place });
    }
  }
  return found;
}

/**
 * Writes down what lies in the trash without a record: put there by an older version, or by a supervisor that was killed
 * before it could. Returns one sentence for each.
 */
export async function noteUnrecorded(engine: EngineContext): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const one of await findUnrecorded(engine)) {
    const id = await noteFound(engine, one);
    if (id !== null) findings.push(`wrote down ${id}, which lay in the trash without a record`);
  }
  return findings;
}

/** Writes one of them down. Returns its id; null: nothing is there. */
export async function noteFound(engine: EngineContext, { path, place }: Unrecorded): Promise<string | null> {
  const { files } = engine.outside;
  const below = (await files.info(place))?.kind === 'directory' ? await files.list(place) : [];
  const { what, name } = placeKind(path, below);
  const from = what.startsWith('slot') ? `${engine.paths.trees}/${name}` : null;
  const run = runOfPlace(path);
  const why = run === null ? 'it was found in the trash without a record' : `it was in the way of ${run}`;
  const by = { kind: 'program', name: 'reconcile' } as const;
  return noteTrash(engine, { place, what, name, from, why, run, by });
}
