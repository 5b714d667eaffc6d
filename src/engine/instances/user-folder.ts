import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import type { Component } from '../../domain/instances/components.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import { hasOtherSchema, isMigrated, skipInUserFolder, userFolderLimits } from '../../domain/restore/user-folder.ts';
import type { SnapshotOutcome } from '../../ports/index.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { listRestorePoints } from '../restore/points.ts';
import { type Declaration, readDeclaration } from './compose.ts';

type Kept = JournalKinds['user.kept'];

/** Snapshots that are tried, each without what the one before refused. */
const maxTries = 4;
/** Rows that are looked through for the newest production instance. */
const maxRows = 200;

/**
 * Called before production starts from another tree, while it is stopped. Where the version of ComfyUI changes, the
 * person's user folder is kept first: a newer one may migrate the database and the settings. Where the version that
 * comes was here before and has another form of the database, the files that it wrote come back; workflows stay as they
 * are. A repeat is safe: each step is recorded under the instance that production left.
 */
export async function changeCore(engine: Engine, next: Declaration): Promise<void> {
  const last = await lastCore(engine);
  const core = coreOf(next.components);
  if (last === undefined || core === undefined || last.core === core) return;
  const place = await userFolder(engine, next);
  if (place === undefined) return;
  await keepFolder(engine, { ...last, ...place });
  const back = await findKept(engine, { from: last.core, to: core });
  if (back !== undefined) await bringBack(engine, { instance: last.instance, back, real: place.real });
}

/** What comes back of the user folder when ComfyUI moves from one tree to another, or undefined: nothing has to. */
export async function findKept(
  { store, ledger }: EngineContext,
  cores: { readonly from: string; readonly to: string },
): Promise<{ readonly kept: Kept; readonly tree: GitTreeId; readonly row: number } | undefined> {
  if (cores.from === cores.to) return undefined;
  const entry = ledger.latest(`user-of:${cores.to}`);
  const kept = dataOf('user.kept', entry);
  if (!entry || !kept || kept.tree === null) return undefined;
  const [from, to] = await Promise.all([store.list(asGitTreeId(cores.from)), store.list(asGitTreeId(cores.to))]);
  return hasOtherSchema(from, to) ? { kept, tree: asGitTreeId(kept.tree), row: entry.seq } : undefined;
}

/** The tree of ComfyUI itself. */
export const coreOf = (components: readonly Component[]): string | undefined =>
  components.find(({ path }) => path === '.')?.tree;

interface LastCore {
  readonly instance: string;
  /** Tree of the home that it was composed from. */
  readonly tree: string;
  readonly core: string;
}

/** The ComfyUI that the user folder was last used with: the newest production instance's, else the one that was adopted. */
async function lastCore(engine: Engine): Promise<LastCore | undefined> {
  const composed = engine.ledger
    .read({ kinds: ['instance.composed'], descending: true, limit: maxRows })
    .map((entry) => dataOf('instance.composed', entry))
    .find((one) => one?.purpose === 'production');
  const adopted = (await listRestorePoints(engine)).find((one) => one.manifest.number === 0)?.manifest.tree;
  const tree = composed?.tree ?? adopted;
  if (tree === undefined) return undefined;
  const core = coreOf((await readDeclaration(engine, asGitTreeId(tree))).components);
  return core === undefined ? undefined : { instance: composed?.instance ?? 'adopted', tree, core };
}

/** Where the user folder is, and where it really lies when it is a link; undefined while there is none. */
async function userFolder(
  engine: Engine,
  { config }: Declaration,
): Promise<{ readonly dir: string; readonly real: string; readonly link: string | null } | undefined> {
  const { files } = engine.outside;
  const dir = config.service.userDir ?? `${engine.paths.work}/production/user`;
  const info = await files.info(dir);
  const real = info === undefined ? undefined : await files.realPath(dir);
  if (real === undefined || (await files.info(real))?.kind !== 'directory') return undefined;
  return { dir, real, link: info?.kind === 'link' ? real : null };
}

async function keepFolder(
  engine: Engine,
  last: LastCore & { readonly dir: string; readonly real: string; readonly link: string | null },
): Promise<void> {
  const { instance, tree: home, core, dir, real, link } = last;
  const key = `user-kept:${instance}`;
  if (engine.ledger.latest(key) !== undefined) return;
  const taken = await engine.perform(
    { key: `${key}:tree`, name: 'keep the user folder', input: { dir, core }, run: null },
    { act: () => takeFolder(engine, { instance, real }) },
  );
  const point = (await listRestorePoints(engine)).filter((one) => one.manifest.tree === home && !one.isVoid).at(-1);
  const number = point?.manifest.number ?? null;
  const keys = [key, ...(number === null ? [] : [`user:${number}`]), `user-of:${core}`];
  await engine.ledger.append([row('user.kept', { instance, point: number, core, dir, link, ...taken }, { keys })]);
}

/** Stores the folder; what cannot be taken (a socket, a file that is too large) is left out and told, the rest is kept. */
async function takeFolder(
  engine: Engine,
  { instance, real }: { readonly instance: string; readonly real: string },
): Promise<Pick<Kept, 'ref' | 'tree' | 'nFiles' | 'left'>> {
  const left = new Map<string, string>();
  let taken: SnapshotOutcome | undefined;
  for (let nTries = 0; nTries < maxTries && taken?.kind !== 'taken'; nTries += 1) {
    const skip = (path: string): boolean => skipInUserFolder(path) || left.has(path.replace(/\/$/, ''));
    taken = await engine.store.snapshot({ dir: real, limits: userFolderLimits, skip });
    if (taken.kind === 'refused') for (const { path, reason } of taken.refused) left.set(path, reason);
  }
  const told = [...left].map(([path, reason]) => ({ path, reason }));
  if (taken?.kind !== 'taken') return { ref: null, tree: null, nFiles: 0, left: told };
  const commit = await engine.store.commit({
    tree: taken.tree,
    parents: [],
    message: `user folder of ${instance}\n`,
    author: { name: 'orchestrate', email: 'orchestrate@localhost' },
    atSeconds: 0,
  });
  const ref = `refs/orchestrate/user/${instance}`;
  const from = (await engine.store.findRef(ref)) ?? null;
  if (from !== commit) await engine.store.updateRefs([{ ref, from, to: commit }]);
  return { ref, tree: taken.tree, nFiles: taken.nFiles, left: told };
}

/** Writes the kept database and settings over the present ones, which were kept just before. */
async function bringBack(
  engine: Engine,
  options: {
    readonly instance: string;
    readonly back: { readonly tree: GitTreeId; readonly row: number };
    readonly real: string;
  },
): Promise<void> {
  const { instance, back, real } = options;
  const key = `user-back:${instance}`;
  if (engine.ledger.latest(key) !== undefined) return;
  const done = await engine.perform(
    { key: `${key}:files`, name: 'bring database and settings back', input: { dir: real, tree: back.tree }, run: null },
    { act: () => writeBack(engine, back.tree, real) },
  );
  await engine.ledger.append([
    row('user.broughtBack', { instance, from: back.row, dir: real, ...done }, { keys: [key] }),
  ]);
}

async function writeBack(
  engine: Engine,
  tree: GitTreeId,
  real: string,
): Promise<{ written: readonly string[]; removed: readonly string[] }> {
  const { files } = engine.outside;
  const kept = (await engine.store.list(tree)).filter(({ path, mode }) => isMigrated(path) && mode !== '120000');
  const removed: string[] = [];
  // What SQLite left beside a newer database belongs to that one, and would spoil the old.
  for (const name of await files.list(real)) {
    if (!name.startsWith('comfyui.db-') || kept.some(({ path }) => path === name)) continue;
    await files.remove(`${real}/${name}`);
    removed.push(name);
  }
  const written: string[] = [];
  for (const { path, blob } of kept) {
    const folder = `${real}/${path}`.slice(0, `${real}/${path}`.lastIndexOf('/'));
    // A folder that became a link meanwhile leads to somebody else's files.
    if (folder !== real && (await files.info(folder))?.kind === 'link') continue;
    await files.ensureDir(folder);
    const mode = ((await files.info(`${real}/${path}`))?.mode ?? 0o600) & 0o777;
    await files.writeAtomic(`${real}/${path}`, await engine.store.readBlob(blob), { mode });
    written.push(path);
  }
  return { written, removed };
}
