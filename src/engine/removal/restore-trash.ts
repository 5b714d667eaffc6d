import { Fault } from '../../base/fault.ts';
import { asGitTreeId } from '../../base/ids.ts';
import type { Actor } from '../../domain/journal/actor.ts';
import { dataOf, row } from '../../domain/journal/kinds.ts';
import type { TrashItem } from '../../domain/removal/trash.ts';
import type { EngineContext } from '../context.ts';
import type { Performer } from '../effects/perform.ts';
import { slotFolder } from './note-trash.ts';
import { requireTrash } from './read-trash.ts';

type Restoring = EngineContext & Performer;
type How = 'moved' | 'from-backup';

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
  const { id } = item;
  const done = await engine.perform(
    { key, name: 'bring back from the trash', input: { id, to }, run: null },
    {
      look: async () => {
        const last = engine.ledger.latest(`trash:${id}`);
        const begun = engine.ledger.latest(`effect:${key}`)?.seq ?? 0;
        const told = dataOf('trash.restored', last);
        return told !== undefined && (last?.seq ?? 0) > begun ? { id, to: told.to, how: told.how } : undefined;
      },
      act: async () => {
        const dest = destination(engine, item, to);
        const isThere = (await engine.outside.files.info(item.place)) !== undefined;
        const how = isThere
          ? await moveBack(engine, item, { dest, isOwn: to === null })
          : await write(engine, item, dest);
        await engine.ledger.append([
          row('trash.restored', { id, to: dest, how, by }, { run: null, keys: [`trash:${id}`] }),
        ]);
        return { id, to: dest, how };
      },
    },
  );
  return done;
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
  const lease = dataOf('lease.taken', ledger.latest(`lease:slot:${item.name}`));
  if (lease === undefined || !item.what.startsWith('slot')) return dest;
  throw new Fault('REMOVAL_REFUSED', `${lease.run} works in ${item.name}: nothing is put between its files.`, {
    state: `${item.id} stays in the trash.`,
    hints: [`orchestrate trash restore ${item.id} --to <folder>`],
  });
}

const taken = (item: TrashItem, where: string): Fault =>
  new Fault('TRASH_TAKEN', `Something is at ${where}: nothing is written over it.`, {
    state: `${item.id} stays in the trash.`,
    hints: [`orchestrate trash restore ${item.id} --to <folder that is not there>`],
  });

async function moveBack(
  engine: EngineContext,
  item: TrashItem,
  { dest, isOwn }: { dest: string; isOwn: boolean },
): Promise<How> {
  const { files } = engine.outside;
  const slot = item.what === 'slot' ? await slotFolder({ files }, item.place) : undefined;
  const folder = slot ?? (await onlyFolder(engine, item));
  if (item.what === 'slot-files' && isOwn) {
    await mergeInto(engine, item, { from: item.place, to: dest });
    return 'moved';
  }
  await files.ensureDir(dest.slice(0, dest.lastIndexOf('/')));
  if ((await files.info(dest)) !== undefined) throw taken(item, dest);
  // What git keeps of a slot is the slot's alone: elsewhere its `.git` would lead to another slot's administration.
  if (!isOwn) await moveGit(engine, folder, 'aside');
  if ((await files.moveNew(folder, dest)) === 'taken') {
    if (!isOwn) await moveGit(engine, folder, 'back');
    throw taken(item, dest);
  }
  if (isOwn && slot !== undefined) await restoreAdministration(engine, item);
  return 'moved';
}

/** An instance that was taken away by hand lies below its place under its own name. */
async function onlyFolder({ outside: { files } }: EngineContext, item: TrashItem): Promise<string> {
  const inner = item.what === 'packages' ? `${item.place}/outside-packages` : `${item.place}/${item.name}`;
  const isInner = item.what === 'packages' || item.what === 'instance';
  return isInner && (await files.info(inner)) !== undefined ? inner : item.place;
}

/** What is set aside lies beside the folder, in the same place of the trash. */
async function moveGit({ outside: { files } }: EngineContext, folder: string, way: 'aside' | 'back'): Promise<void> {
  for (const name of ['.git', '.git-administration']) {
    const [inside, beside] = [`${folder}/${name}`, `${folder}${name}`];
    const [from, to] = way === 'aside' ? [inside, beside] : [beside, inside];
    if ((await files.info(from)) !== undefined) await files.moveNew(from, to);
  }
}

async function restoreAdministration(engine: EngineContext, item: TrashItem): Promise<void> {
  const { files } = engine.outside;
  const admin = `${engine.paths.gitDir}/worktrees/${item.name}`;
  for (const dir of [item.place, ...(await files.list(item.place)).map((name) => `${item.place}/${name}`)]) {
    if ((await files.info(`${dir}/.git-administration`))?.kind !== 'directory') continue;
    await files.ensureDir(`${engine.paths.gitDir}/worktrees`);
    await files.moveNew(`${dir}/.git-administration`, admin);
    return;
  }
}

/** Puts single files back between the ones that are there: all of them, or none when one has no room. */
async function mergeInto(engine: EngineContext, item: TrashItem, dirs: { from: string; to: string }): Promise<void> {
  const { files } = engine.outside;
  const moves: { readonly from: string; readonly to: string }[] = [];
  const visit = async (from: string, to: string, isTop: boolean): Promise<void> => {
    for (const name of await files.list(from)) {
      if (isTop && name.startsWith('.git') && name !== '.gitignore' && name !== '.gitattributes') continue;
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

async function write(engine: EngineContext, item: TrashItem, dest: string): Promise<How> {
  const { files } = engine.outside;
  const held = item.ref === null ? undefined : await engine.store.findRef(item.ref);
  if (held === undefined || item.tree === null) {
    throw new Fault('TRASH_NOT_FOUND', `${item.place} is gone, and no backup holds the files of ${item.id}.`, {
      state: 'Nothing was changed.',
    });
  }
  const there = await files.info(dest);
  const isFree = there === undefined || (there.kind === 'directory' && (await files.list(dest)).length === 0);
  if (!isFree) throw taken(item, dest);
  await engine.store.exportTree(asGitTreeId(item.tree), dest);
  return 'from-backup';
}
