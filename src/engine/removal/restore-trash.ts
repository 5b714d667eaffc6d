import { Fault } from '../../base/fault.ts';
import { asGitTreeId } from '../../base/ids.ts';
import type { JsonObject } from '../../base/json.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { TrashItem } from '../../domain/removal/trash.ts';
import type { EngineContext } from '../context.ts';
import type { Performer } from '../effects/perform.ts';
import type { Engine } from '../engine.ts';
import { slotFolder } from './note-trash.ts';
import { readTrash, requireTrash } from './read-trash.ts';

type Restoring = EngineContext & Performer & Pick<Engine, 'leases'>;
type How = 'moved' | 'from-backup';

/** How it comes back, as it is decided before anything moves: a repeat after a kill goes by it. */
interface Way {
  readonly id: string;
  /** Absolute; nothing, or an empty folder, was there when this was decided. With `merge` the folder between whose files it goes. */
  readonly dest: string;
  /** `whole`: one folder or file is moved; `merge`: each file for itself; `backup`: the folder is gone, its backup is written. */
  readonly kind: 'whole' | 'merge' | 'backup';
  /** What is moved; null for `backup`. */
  readonly folder: string | null;
  /** It goes to where it lay. */
  readonly isOwn: boolean;
}

/**
 * Brings one thing back, to where it lay or to a path of the person's choice, and never over anything: each file and
 * folder takes a name at which nothing is. Where the folder is gone its backup is written out. The backup ref stays.
 * Returns where it is. `key` names this restoring for all time; called again after a kill it goes on.
 * Faults: `TRASH_NOT_FOUND`, `TRASH_TAKEN`, `REMOVAL_REFUSED` for a slot in which a run works.
 */
export async function restoreTrash(
  engine: Restoring,
  options: { id: string; to: string | null; key: string; by: Actor },
): Promise<{ id: string; to: string; how: How }> {
  const { to, key, by } = options;
  const item = requireTrash(engine, options.id);
  const before = engine.ledger.latest(`effect:${key}`);
  const isBegun = before?.kind === 'effect.intended' || before?.kind === 'effect.done';
  const release = to === null && item.what.startsWith('slot') ? await engine.leases.hold(item.name) : () => undefined;
  if (release === undefined) throw inUse(item, engine.leases.holderOf(item.name) ?? 'another request');
  try {
    const way = isBegun ? null : await findWay(engine, item, to);
    return await engine.perform(
      { key, name: 'bring back from the trash', input: { ...(way ?? { id: item.id }) }, run: null },
      {
        look: async (input) => lookForIt(engine, { item, way: await wayOf(engine, item, to, input), key, by }),
        act: async (input) => {
          const chosen = await wayOf(engine, item, to, input);
          await bringBack(engine, item, chosen);
          return record(engine, { item, way: chosen, by });
        },
      },
    );
  } finally {
    release();
  }
}

/** An intent of an older version does not say how. */
const wayOf = async (engine: EngineContext, item: TrashItem, to: string | null, input: JsonObject): Promise<Way> =>
  typeof input['dest'] === 'string' ? (input as unknown as Way) : findWay(engine, item, to);

async function findWay(engine: EngineContext, item: TrashItem, to: string | null): Promise<Way> {
  const { files } = engine.outside;
  const dest = destination(engine, item, to);
  const common = { id: item.id, dest, isOwn: to === null };
  const isThere = (await files.info(item.place)) !== undefined;
  if (isThere && item.what === 'slot-files' && to === null) {
    const names = await files.list(item.place);
    if (names.length === 0 || names.some((name) => !isGits(name)))
      return { ...common, kind: 'merge', folder: item.place };
    throw new Fault('USAGE_BAD_ARGUMENT', `Of ${item.id} only git's own files are left: ${names.join(', ')}.`, {
      state: 'Nothing was changed.',
      hints: [`orchestrate trash restore ${item.id} --to <folder>`],
    });
  }
  const folder = isThere ? await folderOf(engine, item) : undefined;
  if (folder === undefined) await requireBackup(engine, item);
  if (!(await isFree(engine, dest))) throw taken(item, dest);
  return folder === undefined ? { ...common, kind: 'backup', folder: null } : { ...common, kind: 'whole', folder };
}

/** After a kill: what is no longer in the trash and lies at its place was brought there by this effect. */
async function lookForIt(
  engine: EngineContext,
  options: { item: TrashItem; way: Way; key: string; by: Actor },
): Promise<{ id: string; to: string; how: How } | undefined> {
  const { item, way, key, by } = options;
  const { files } = engine.outside;
  const last = engine.ledger.latest(`trash:${item.id}`);
  const begun = engine.ledger.latest(`effect:${key}`)?.seq ?? 0;
  const told = dataOf('trash.restored', last);
  if (told !== undefined && (last?.seq ?? 0) > begun) return { id: item.id, to: told.to, how: told.how };
  if (way.kind === 'merge' || (await isFree(engine, way.dest))) return undefined;
  if ((await files.info(way.folder ?? partOf(way))) !== undefined) return undefined;
  await bringAdministration(engine, item, way);
  return record(engine, { item, way, by });
}

async function bringBack(engine: EngineContext, item: TrashItem, way: Way): Promise<void> {
  const { files } = engine.outside;
  const { dest, isOwn, folder } = way;
  if (way.kind === 'merge') return mergeInto(engine, item, { from: item.place, to: dest });
  await files.ensureDir(dest.slice(0, dest.lastIndexOf('/')));
  if (folder === null) return write(engine, item, way);
  // What git keeps of a slot is the slot's alone: elsewhere its `.git` would lead to another slot's administration.
  if (!isOwn) await moveGit(engine, folder, 'aside');
  if (!(await take(engine, folder, dest))) {
    if (!isOwn) await moveGit(engine, folder, 'back');
    throw taken(item, dest);
  }
  await bringAdministration(engine, item, way);
}

async function record(
  engine: EngineContext,
  { item, way, by }: { item: TrashItem; way: Way; by: Actor },
): Promise<{ id: string; to: string; how: How }> {
  const { id } = item;
  const how = way.kind === 'backup' ? 'from-backup' : 'moved';
  const left = way.kind === 'merge' ? (await engine.outside.files.list(item.place)).filter(isGits) : [];
  await engine.ledger.append([
    row(
      'trash.restored',
      { id, to: way.dest, how, ...(left.length === 0 ? {} : { left }), by },
      { run: null, keys: [`trash:${id}`] },
    ),
  ]);
  return { id, to: way.dest, how };
}

/** What git keeps of a slot, as preparing one takes it away: its `.git` and what was in its administration. */
const isGits = (name: string): boolean => /^\.git(-administration)?(\.[0-9a-f]{6})?$/.test(name);

async function isFree({ outside: { files } }: EngineContext, dest: string): Promise<boolean> {
  const there = await files.info(dest);
  return there === undefined || (there.kind === 'directory' && (await files.list(dest)).length === 0);
}

/** Moves to a path at which nothing is, or an empty folder: a kill leaves one. */
async function take({ outside: { files } }: EngineContext, from: string, to: string): Promise<boolean> {
  const isFolder = (await files.info(from))?.kind === 'directory';
  const there = await files.info(to);
  if (there === undefined) return (await files.moveNew(from, to)) === 'moved';
  if (!isFolder || there.kind !== 'directory' || (await files.list(to)).length > 0) return false;
  // A folder never takes the place of one that is not empty: the system refuses that.
  await files.rename(from, to);
  return true;
}

/** Where it goes to. Folders of ours are no place for a copy: the next run, or a prune, would take it away again. */
function destination(engine: EngineContext, item: TrashItem, to: string | null): string {
  const { paths, ledger } = engine;
  if (to === null && item.from === null) {
    throw new Fault('USAGE_BAD_ARGUMENT', `Nothing says where ${item.id} lay.`, {
      state: 'Nothing was changed.',
      hints: [`orchestrate trash restore ${item.id} --to <folder>`],
    });
  }
  const dest = to ?? item.from ?? '';
  if (to !== null) {
    const ours = [paths.work, paths.trees, paths.gitDir, paths.state].find(
      (dir) => dest === dir || dest.startsWith(`${dir}/`),
    );
    if (ours === undefined) return dest;
    throw new Fault('USAGE_BAD_ARGUMENT', `${dest} lies in a folder of orchestrate.`, {
      state: 'Nothing was changed.',
      hints: [`orchestrate trash restore ${item.id} --to <folder of yours>`],
    });
  }
  if (dest === paths.instances || dest.startsWith(`${paths.instances}/`)) {
    throw new Fault('USAGE_BAD_ARGUMENT', `${item.id} lay in the folder of an instance, which is taken away with it.`, {
      state: `${item.id} stays in the trash.`,
      hints: [`orchestrate trash restore ${item.id} --to <folder of yours>`],
    });
  }
  const lease = dataOf('lease.taken', ledger.latest(`lease:slot:${item.name}`));
  if (lease === undefined || !item.what.startsWith('slot')) return dest;
  throw inUse(item, lease.run);
}

const inUse = (item: TrashItem, who: string): Fault =>
  new Fault('REMOVAL_REFUSED', `${who} works in ${item.name}: nothing is put between its files.`, {
    state: `${item.id} stays in the trash.`,
    hints: [`orchestrate trash restore ${item.id} --to <folder>`],
  });

const taken = (item: TrashItem, where: string): Fault =>
  new Fault('TRASH_TAKEN', `Something is at ${where}: nothing is written over it.`, {
    state: `${item.id} stays in the trash.`,
    hints: [`orchestrate trash restore ${item.id} --to <folder that is not there>`],
  });

/**
 * What of the place is the thing itself; undefined when it is there no more. An instance that was taken away by hand lies
 * below its place under its own name.
 */
async function folderOf(engine: EngineContext, item: TrashItem): Promise<string | undefined> {
  const { files } = engine.outside;
  if (item.what === 'slot') return slotFolder({ files }, item.place);
  const inner = item.what === 'packages' ? `${item.place}/outside-packages` : `${item.place}/${item.name}`;
  if (item.what !== 'packages' && item.what !== 'instance') return item.place;
  if ((await files.info(inner)) !== undefined) return inner;
  return item.what === 'packages' ? undefined : item.place;
}

/** What is set aside lies beside the folder, in the same place of the trash. */
async function moveGit({ outside: { files } }: EngineContext, folder: string, way: 'aside' | 'back'): Promise<void> {
  for (const name of ['.git', '.git-administration']) {
    const [inside, beside] = [`${folder}/${name}`, `${folder}${name}`];
    const [from, to] = way === 'aside' ? [inside, beside] : [beside, inside];
    if ((await files.info(from)) !== undefined) await files.moveNew(from, to);
  }
}

/** A whole slot at its own place gets its administration back. A repeat finds nothing to bring. */
async function bringAdministration(engine: EngineContext, item: TrashItem, way: Way): Promise<void> {
  if (!way.isOwn || way.kind !== 'whole' || item.what !== 'slot') return;
  const { files } = engine.outside;
  const admin = `${engine.paths.gitDir}/worktrees/${item.name}`;
  for (const dir of [item.place, ...(await files.list(item.place)).map((name) => `${item.place}/${name}`)]) {
    if ((await files.info(`${dir}/.git-administration`))?.kind !== 'directory') continue;
    await files.ensureDir(`${engine.paths.gitDir}/worktrees`);
    await take(engine, `${dir}/.git-administration`, admin);
    return;
  }
}

/** Tells whether a kill cut off a slot's way back: its files are there, its administration still lies in the trash. */
export async function isComingBack(engine: EngineContext, dir: string): Promise<boolean> {
  const { files } = engine.outside;
  if ((await files.info(dir)) === undefined) return false;
  for (const { place, what, from, state } of readTrash(engine))
    if (what === 'slot' && from === dir && state === 'there' && (await files.info(place)) !== undefined)
      if ((await slotFolder({ files }, place)) === undefined) return true;
  return false;
}

/** Puts single files back between the ones that are there: all of them, or none when one has no room. */
async function mergeInto(engine: EngineContext, item: TrashItem, dirs: { from: string; to: string }): Promise<void> {
  const { files } = engine.outside;
  const moves: { readonly from: string; readonly to: string }[] = [];
  const visit = async (from: string, to: string, isTop: boolean): Promise<void> => {
    for (const name of await files.list(from)) {
      if (isTop && isGits(name)) continue;
      const there = (await files.info(`${to}/${name}`))?.kind;
      const isFolder = (await files.info(`${from}/${name}`))?.kind === 'directory';
      if (there === undefined) moves.push({ from: `${from}/${name}`, to: `${to}/${name}` });
      else if (there === 'directory' && isFolder) await visit(`${from}/${name}`, `${to}/${name}`, false);
      else throw taken(item, `${to}/${name}`);
    }
  };
  await visit(dirs.from, dirs.to, true);
  await files.ensureDir(dirs.to);
  for (const { from, to } of moves) if ((await files.moveNew(from, to)) === 'taken') throw taken(item, to);
}

async function requireBackup({ store }: EngineContext, item: TrashItem): Promise<void> {
  const held = item.ref === null ? undefined : await store.findRef(item.ref);
  if (held !== undefined && item.tree !== null) return;
  throw new Fault('TRASH_NOT_FOUND', `${item.place} is gone, and no backup holds the files of ${item.id}.`, {
    state: 'Nothing was changed.',
  });
}

/** Beside where it goes: it takes its place when it is whole. */
const partOf = ({ dest, id }: Way): string => `${dest}.restoring-${id}`;

async function write(engine: EngineContext, item: TrashItem, way: Way): Promise<void> {
  const { files } = engine.outside;
  await requireBackup(engine, item);
  const part = partOf(way);
  try {
    // What a kill left of it.
    await files.remove(part);
    await engine.store.exportTree(asGitTreeId(item.tree ?? ''), part);
    if (await take(engine, part, way.dest)) return;
  } catch (error) {
    await files.remove(part);
    throw error;
  }
  await files.remove(part);
  throw taken(item, way.dest);
}
