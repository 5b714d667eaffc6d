import { Fault } from '../../base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import type { TreeEntry } from '../../ports/git.ts';
import { emptyTree, folderMode, type RawEntry } from './object-format.ts';
import { collisionKey, pathProblem } from './path-rules.ts';
import { Batch, missingIds, type StoreParts } from './store-parts.ts';

/** Compressed bytes kept in memory before they are written. */
const maxWaitingBytes = 32 * 1024 * 1024;

/** Stores blobs and returns their ids. */
export async function writeBlobs(parts: StoreParts, blobs: readonly Uint8Array[]): Promise<readonly string[]> {
  const batch = new Batch(parts);
  const ids: string[] = [];
  for (const blob of blobs) {
    ids.push(batch.addBlob(blob));
    if (batch.sizeBytes > maxWaitingBytes) await batch.flush();
  }
  await batch.flush();
  return ids;
}

/** A folder while it is put together: its files, and the folders in it. */
interface Folder {
  readonly files: RawEntry[];
  readonly folders: Map<string, Folder>;
}

/** Stores a tree of blobs that are there. The same rules hold as for what is found on a disk. */
export async function writeTree(parts: StoreParts, entries: readonly TreeEntry[]): Promise<GitTreeId> {
  const root = newFolder();
  for (const { path, mode, blob } of entries) {
    const problem = pathProblem(path) ?? (isModuleLink({ path, mode }) ? 'a link named .gitmodules' : undefined);
    if (problem !== undefined) throw refused(path, problem);
    const steps = path.split('/');
    const name = steps.pop() ?? '';
    let at = root;
    for (const step of steps) {
      const below = at.folders.get(step) ?? newFolder();
      at.folders.set(step, below);
      at = below;
    }
    at.files.push({ mode, name, id: blob });
  }
  const missing = await missingIds(
    parts,
    entries.map((one) => one.blob),
  );
  if (missing[0] !== undefined)
    throw refused(entries.find((one) => one.blob === missing[0])?.path ?? '?', 'its content is not there');
  const batch = new Batch(parts);
  const tree = plant(batch, root, '');
  await batch.flush();
  return asGitTreeId(tree ?? emptyTree);
}

function plant(batch: Batch, { files, folders }: Folder, prefix: string): string | undefined {
  const below = [...folders].flatMap(([name, folder]): RawEntry[] => {
    const id = plant(batch, folder, `${prefix}${name}/`);
    return id === undefined ? [] : [{ mode: folderMode, name, id }];
  });
  const all = [...files, ...below];
  const keys = new Set<string>();
  for (const { name } of all) {
    if (keys.has(collisionKey(name)))
      throw refused(`${prefix}${name}`, 'the name is there twice, or differs in case only');
    keys.add(collisionKey(name));
  }
  return all.length === 0 ? undefined : batch.addTree(all);
}

const newFolder = (): Folder => ({ files: [], folders: new Map() });

const isModuleLink = ({ path, mode }: Pick<TreeEntry, 'path' | 'mode'>): boolean =>
  mode === '120000' && /(^|\/)\.gitmodules$/i.test(path);

const refused = (path: string, problem: string): Fault =>
  new Fault('TREE_REFUSED', `${JSON.stringify(path)} cannot be part of a tree: ${problem}.`, {
    state: 'Nothing refers to what was stored.',
    data: { path },
  });
