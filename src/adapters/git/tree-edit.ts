import { Fault } from '../../base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import { emptyTree, folderMode, gitlinkMode, type RawEntry } from './object-format.ts';
import { pathProblem } from './path-rules.ts';
import { Batch, type StoreParts } from './store-parts.ts';

/** `null` removes; a map goes on below. */
type Edit = Buffer | null | Edits;
interface Edits extends Map<string, Edit> {}

/** Writes a tree that is `base` with some paths replaced or removed. A file keeps its mode; a new one is not executable. */
export async function editTree(
  parts: StoreParts,
  base: GitTreeId,
  edits: ReadonlyMap<string, string | Uint8Array | null>,
): Promise<GitTreeId> {
  const root: Edits = new Map<string, Edit>();
  for (const [path, content] of edits) {
    const problem = pathProblem(path);
    if (problem !== undefined)
      throw new Fault('NAME_INVALID', `The path ${JSON.stringify(path)} is refused: ${problem}.`);
    plant(root, path, content === null ? null : Buffer.from(content as Uint8Array));
  }
  const batch = new Batch(parts);
  const tree = await apply(parts, batch, base, root);
  await batch.flush();
  return asGitTreeId(tree ?? emptyTree);
}

function plant(root: Edits, path: string, content: Buffer | null): void {
  const steps = path.split('/');
  const name = steps.pop() ?? '';
  let at = root;
  for (const step of steps) {
    const there = at.get(step);
    if (there !== undefined && there !== null && !Buffer.isBuffer(there)) {
      at = there;
      continue;
    }
    if (Buffer.isBuffer(there))
      throw new Fault('NAME_INVALID', `The path ${JSON.stringify(path)} lies below another file that is written.`);
    const below: Edits = new Map<string, Edit>();
    at.set(step, below);
    at = below;
  }
  at.set(name, content);
}

/** Returns the new tree, or undefined when nothing is left in it. */
async function apply(
  parts: StoreParts,
  batch: Batch,
  tree: string | undefined,
  edits: Edits,
): Promise<string | undefined> {
  const entries = new Map<string, RawEntry>(
    (tree === undefined ? [] : await parts.trees.entries(tree)).map((entry) => [entry.name, entry]),
  );
  for (const [name, edit] of edits) {
    const old = entries.get(name);
    if (edit === null) {
      entries.delete(name);
    } else if (Buffer.isBuffer(edit)) {
      const mode =
        old !== undefined && old.mode !== folderMode && old.mode !== gitlinkMode && old.mode !== '120000'
          ? old.mode
          : '100644';
      entries.set(name, { mode, name, id: batch.addBlob(edit) });
    } else {
      const below = await apply(parts, batch, old?.mode === folderMode ? old.id : undefined, edit);
      if (below === undefined) {
        if (old?.mode === folderMode) entries.delete(name);
      } else {
        entries.set(name, { mode: folderMode, name, id: below });
      }
    }
  }
  return entries.size === 0 ? undefined : batch.addTree([...entries.values()]);
}
