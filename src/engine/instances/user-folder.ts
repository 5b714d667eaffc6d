import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import type { Component } from '../../domain/instances/components.ts';
import { dataOf, type JournalKinds, row } from '../../domain/journal/kinds.ts';
import { hasOtherSchema, isMigrated } from '../../domain/restore/user-folder.ts';
import type { EngineContext } from '../context.ts';
import type { Engine } from '../engine.ts';
import { listRestorePoints } from '../restore/points.ts';
import { type Declaration, readDeclaration } from './compose.ts';
import { takeUserFolder } from './keep-user-folder.ts';

type Kept = JournalKinds['user.kept'];

/**
 * Called before production starts from another tree, while it is stopped. Where the version of ComfyUI changes, the
 * person's user folder is kept first, at every try: a newer one may migrate the database and the settings, and the person
 * may have gone on working since the last one. Where the version that comes was here before and has another form of the
 * database, the files that it wrote come back; workflows stay as they are. A repeat is safe: files that were half back
 * are brought back whole before anything else. Fault `USER_FOLDER_NOT_KEPT`.
 */
export async function changeCore(engine: Engine, next: Declaration): Promise<void> {
  const before = await lastCore(engine);
  const last = before !== undefined && (await endBegun(engine, before.instance)) ? await lastCore(engine) : before;
  const core = coreOf(next.components);
  if (last === undefined || core === undefined || last.core === core) return;
  const place = await userFolder(engine, next);
  if (place === undefined) return;
  await keepFolder(engine, { ...last, ...place });
  const back = await findKept(engine, { from: last.core, to: core });
  if (back === undefined) return;
  const since = engine.ledger.latest(`user-kept:${last.instance}`)?.seq ?? 0;
  await bringBack(engine, { instance: last.instance, since, from: back.row, tree: back.tree, dir: place.real });
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
  /** The restore point that it belongs to. */
  readonly point: number | null;
  readonly core: string;
}

/**
 * The ComfyUI whose form the user folder has: the newest production instance's, even one that never answered; the one for which
 * files came back since; else the one that was adopted.
 */
async function lastCore(engine: Engine): Promise<LastCore | undefined> {
  const { ledger } = engine;
  const set = dataOf('production.set', ledger.latest('production'));
  const entry = ledger.latest('composed:production') ?? ledger.latest(`instance:${set?.instance ?? set?.saved ?? ''}`);
  const back = ledger.latest('user-back');
  const brought = dataOf('user.broughtBack', back);
  if (back && brought && back.seq > (entry?.seq ?? 0)) {
    const kept = dataOf('user.kept', ledger.read({ afterSeq: brought.from - 1, limit: 1 })[0]);
    if (kept) return { instance: brought.instance, point: kept.point, core: kept.core };
  }
  const composed = dataOf('instance.composed', entry);
  const points = (await listRestorePoints(engine)).filter((one) => !one.isVoid);
  const tree = composed?.tree ?? points.find((one) => one.manifest.number === 0)?.manifest.tree;
  if (tree === undefined) return undefined;
  const core = coreOf((await readDeclaration(engine, asGitTreeId(tree))).components);
  const point = points.filter((one) => one.manifest.tree === tree).at(-1)?.manifest.number ?? null;
  return core === undefined ? undefined : { instance: composed?.instance ?? 'adopted', point, core };
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
  const { instance, point, core, dir, real, link } = last;
  const key = `user-kept:${instance}`;
  const taken = await engine.perform(
    // Each try is an effect of its own: what was kept at an earlier one says nothing about now.
    { key: `${key}:${engine.ledger.head().seq}`, name: 'keep the user folder', input: { dir, core }, run: null },
    { act: () => takeUserFolder(engine, { instance, dir, real }) },
  );
  const before = dataOf('user.kept', engine.ledger.latest(key));
  if (before?.tree === taken.tree && before.core === core) return;
  const keys = [key, ...(point === null ? [] : [`user:${point}`]), `user-of:${core}`];
  await engine.ledger.append([row('user.kept', { instance, point, core, dir, link, ...taken }, { keys })]);
}

interface Back {
  readonly instance: string;
  /** Row under which the present files were kept: each bringing back is an effect of its own. */
  readonly since: number;
  /** Row of the files that come back. */
  readonly from: number;
  readonly tree: GitTreeId;
  /** Where the user folder really lies. */
  readonly dir: string;
}

const backKey = ({ instance, since }: Pick<Back, 'instance' | 'since'>): string => `user-back:${instance}:${since}`;

/** Writes the kept database and settings over the present ones, which were kept just before. */
async function bringBack(engine: Engine, { instance, since, from, tree, dir }: Back): Promise<void> {
  const key = backKey({ instance, since });
  const done = await engine.perform(
    { key, name: 'bring database and settings back', input: { dir, tree, from }, run: null },
    { act: () => writeBack(engine, tree, dir) },
  );
  const keys = ['user-back', `user-back:${instance}`];
  await engine.ledger.append([row('user.broughtBack', { instance, from, dir, ...done }, { keys })]);
}

/** Ends what a kill or a full disk cut off: half of the folder is another version's by then, and is not kept as anybody's. */
async function endBegun(engine: Engine, instance: string): Promise<boolean> {
  const { ledger } = engine;
  const since = ledger.latest(`user-kept:${instance}`)?.seq ?? 0;
  const key = `effect:${backKey({ instance, since })}`;
  const [entry] = ledger.read({ key, kinds: ['effect.intended'], descending: true, limit: 1 });
  const begun = dataOf('effect.intended', entry);
  if (!entry || !begun || (ledger.latest(`user-back:${instance}`)?.seq ?? 0) > entry.seq) return false;
  const { dir, tree, from } = begun.input as { readonly dir: string; readonly tree: string; readonly from: number };
  await bringBack(engine, { instance, since, from, tree: asGitTreeId(tree), dir });
  return true;
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
