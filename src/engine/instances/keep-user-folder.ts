import { Fault } from '../../base/fault.ts';
import type { JournalKinds } from '../../domain/journal/kinds.ts';
import {
  isBeyond,
  isMigrated,
  limitsOf,
  skipInUserFolder,
  type UserFolderPart,
  userFolderParts,
} from '../../domain/restore/user-folder.ts';
import type { RefusedEntry, SnapshotOutcome } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';

type Kept = JournalKinds['user.kept'];
type Taken = Pick<Kept, 'ref' | 'tree' | 'nFiles' | 'left'>;

/** Snapshots that are tried of a part, each without what the one before refused. */
const maxTries = 4;

/**
 * Stores the folder as it is. What cannot be taken (a socket, a file that is too large) is left out and told; of a folder that
 * is too large, database, settings and workflows are taken, else database and settings. Fault `USER_FOLDER_NOT_KEPT`
 * when not even those can be. A repeat is safe.
 */
export async function takeUserFolder(
  engine: Engine,
  { instance, dir, real }: { readonly instance: string; readonly dir: string; readonly real: string },
): Promise<Taken> {
  const folders = await foldersAt(engine, real);
  let cause: RefusedEntry | undefined;
  for (const part of userFolderParts) {
    const tried = await tryPart(engine, { real, part, folders });
    if (tried.kind === 'taken') {
      const beyond = cause && [{ path: '.', reason: `only ${part} were kept: ${reasonText(cause)}` }];
      const ref = await hold(engine, { instance, tree: tried.tree });
      return { ref, tree: tried.tree, nFiles: tried.nFiles, left: [...(beyond ?? []), ...tried.left] };
    }
    cause = tried.cause;
  }
  throw new Fault(
    'USER_FOLDER_NOT_KEPT',
    `Another version of ComfyUI may rewrite database and settings in ${dir}, and they cannot be kept before: ${cause ? reasonText(cause) : 'they were refused'}.`,
    {
      state: 'The other ComfyUI was not started; your user folder is as it was.',
      hints: [
        `Make ${cause?.path ?? 'the database'} smaller, or move it out of ${real}, then: orchestrate service start`,
        'orchestrate doctor',
      ],
      data: { dir, refused: cause ? { ...cause } : null },
    },
  );
}

const reasonText = ({ path, reason }: RefusedEntry): string => `${path}: ${reason}`;

type Tried =
  | (Extract<SnapshotOutcome, { kind: 'taken' }> & { readonly left: readonly RefusedEntry[] })
  | { readonly kind: 'refused'; readonly cause: RefusedEntry | undefined };

/** One part, without what is refused of it; refused whole when it is too much, or what has to be kept is refused. */
async function tryPart(
  engine: Engine,
  options: { readonly real: string; readonly part: UserFolderPart; readonly folders: ReadonlySet<string> },
): Promise<Tried> {
  const { real, part, folders } = options;
  const left = new Map<string, string>();
  const skip = (told: string): boolean => {
    const path = told.replace(/\/$/, '');
    return skipInUserFolder(told) || left.has(path) || isBeyond(part, path, folders);
  };
  for (let nTries = 0; nTries < maxTries; nTries += 1) {
    const taken = await engine.store.snapshot({ dir: real, limits: limitsOf(part), skip });
    if (taken.kind === 'taken') return { ...taken, left: [...left].map(([path, reason]) => ({ path, reason })) };
    const cause = taken.refused.find(({ path, reason }) => isMigrated(path) || isTooMuch(reason));
    if (cause !== undefined) return { kind: 'refused', cause };
    for (const { path, reason } of taken.refused) left.set(path, reason);
  }
  const [cause] = [...left].map(([path, reason]) => ({ path, reason }));
  return { kind: 'refused', cause };
}

/** The folder as a whole is: to leave out the file at which it was noticed would not help. */
const isTooMuch = (reason: string): boolean => /^too (many files|large in all)/.test(reason);

async function foldersAt({ outside }: Engine, dir: string): Promise<ReadonlySet<string>> {
  const folders = new Set<string>();
  for (const name of await outside.files.list(dir))
    if ((await outside.files.info(`${dir}/${name}`))?.kind === 'directory') folders.add(name);
  return folders;
}

/** Each content has a ref of its own: what was kept before stays. */
async function hold(
  engine: Engine,
  { instance, tree }: { readonly instance: string; readonly tree: Extract<Tried, { kind: 'taken' }>['tree'] },
): Promise<string> {
  const commit = await engine.store.commit({
    tree,
    parents: [],
    message: `user folder of ${instance}\n`,
    author: { name: 'orchestrate', email: 'orchestrate@localhost' },
    atSeconds: 0,
  });
  const ref = `refs/orchestrate/user/${instance}-${tree.slice(0, 12)}`;
  const from = (await engine.store.findRef(ref)) ?? null;
  if (from !== commit) await engine.store.updateRefs([{ ref, from, to: commit }]);
  return ref;
}
