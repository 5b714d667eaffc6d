import { Fault } from '../../base/fault.ts';
import { asCommitId, type GitTreeId } from '../../base/ids.ts';
import { snapshotLimits } from '../../domain/changes/snapshot-rules.ts';
import { takenRef } from '../../domain/instances/component-files.ts';
import type { Component } from '../../domain/instances/components.ts';
import { orchestrateAuthor } from '../../engine/changes/draft.ts';
import type { TrustedStore } from '../../ports/index.ts';
import { emptyTree } from './first-tree.ts';
import { type FoundComponent, skipInComfyui, skipInPack } from './look.ts';

/** What was taken of the components. */
export interface TakenComponents {
  readonly components: readonly Component[];
  /** Path of a component to the number of its files. */
  readonly nFiles: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
}

/**
 * Stores each component's files, and keeps them from being collected by a ref of ours. Of a clone the commit is taken,
 * too, and what differs from it is kept as a patch. A repeat is safe. Fault: `TREE_REFUSED`.
 */
export async function takeComponents(
  store: TrustedStore,
  found: readonly FoundComponent[],
  /** Paths of ComfyUI's own folder that are something else: environments, links. */
  alsoSkipped: (path: string) => boolean,
): Promise<TakenComponents> {
  const components: Component[] = [];
  const nFiles = new Map<string, number>();
  const notes: string[] = [];
  for (const one of found) {
    const skip = one.path === '.' ? (path: string) => skipInComfyui(path) || alsoSkipped(path) : skipInPack;
    const taken = await store.snapshot({ dir: one.dir, limits: snapshotLimits, skip });
    if (taken.kind === 'refused') {
      const { path, reason } = taken.refused[0] ?? { path: '?', reason: '?' };
      throw new Fault('TREE_REFUSED', `${one.dir} holds something that cannot be taken: ${path} (${reason}).`, {
        state: 'The ComfyUI folder was only read.',
        data: { refused: taken.refused },
      });
    }
    const { tree } = taken;
    await keep(store, { tree, ref: takenRef(tree), message: `component ${one.id}\n` });
    const edits = await editsOf(store, one, { tree, skip, notes });
    const { id, path, source, commit } = one;
    components.push({ id, path, source, commit, tree, ...(edits === null ? {} : { edits }) });
    nFiles.set(one.path, taken.nFiles);
  }
  return { components, nFiles, notes };
}

/** Compares with the clone's own commit, without what is never taken. Null: nothing differs, or there is nothing to compare with. */
async function editsOf(
  store: TrustedStore,
  one: FoundComponent,
  { tree, skip, notes }: { tree: GitTreeId; skip: (path: string) => boolean; notes: string[] },
): Promise<{ files: number; patch: string } | null> {
  if (one.commit === null || one.gitDir === null) return null;
  const commit = asCommitId(one.commit);
  try {
    await store.importCommit({ gitDir: one.gitDir, commit, name: `component-${commit}` });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    notes.push(`${one.id}: its files are taken, but not compared with its commit: ${error.message}`);
    return null;
  }
  const whole = await store.treeOf(commit);
  const left = (await store.list(whole)).filter(({ path }) => isSkipped(path, skip));
  const base =
    left.length === 0 ? whole : await store.editTree(whole, new Map(left.map(({ path }) => [path, null] as const)));
  const differences = base === tree ? [] : await store.differences(base, tree);
  if (differences.length === 0) return null;
  const name = 'edits.patch';
  const holder = await store.editTree(emptyTree, new Map([[name, await store.patch(base, tree)]]));
  const patch = (await store.list(holder)).find(({ path }) => path === name)?.blob ?? '';
  await keep(store, { tree: holder, ref: `refs/orchestrate/edits/${patch}`, message: `edits of ${one.id}\n` });
  return { files: differences.length, patch };
}

/** A folder that is left out leaves out all that lies in it. */
const isSkipped = (path: string, skip: (path: string) => boolean): boolean =>
  path.split('/').some((_, at, parts) => skip(parts.slice(0, at + 1).join('/')));

async function keep(
  store: TrustedStore,
  { tree, ref, message }: { tree: GitTreeId; ref: string; message: string },
): Promise<void> {
  const commit = await store.commit({ tree, parents: [], message, author: orchestrateAuthor, atSeconds: 0 });
  if ((await store.findRef(ref)) === undefined) await store.updateRefs([{ ref, from: null, to: commit }]);
}
