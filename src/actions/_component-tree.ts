import { Fault } from '../base/fault.ts';
import type { CommitId, GitTreeId } from '../base/ids.ts';
import { asGitTreeId } from '../base/ids.ts';
import { isOutsideComponent } from '../domain/instances/component-files.ts';
import type { Component } from '../domain/instances/components.ts';
import type { FileDifference } from '../ports/index.ts';
import type { PlanningContext } from './_context.ts';

type Context = Pick<PlanningContext, 'store' | 'sources'>;

/** Fetches a commit of a component and returns its tree as `init` would have taken it: without the person's folders. */
export async function fetchedTree(
  { store, sources }: Context,
  component: Pick<Component, 'path' | 'source'>,
  version: { readonly commit: CommitId; readonly ref: string | null },
): Promise<GitTreeId> {
  const { tree } = await sources.fetchCommit({ source: component.source, commit: version.commit, ref: version.ref });
  const outside = (await store.list(tree)).filter(({ path }) => isOutsideComponent(component.path, path));
  return outside.length === 0 ? tree : store.editTree(tree, new Map(outside.map(({ path }) => [path, null])));
}

/** Local edits of a component: how its files differ from those of the commit that it came from. */
export const editsOf = (
  { store }: Context,
  component: Component,
  base: GitTreeId,
): Promise<readonly FileDifference[]> => store.differences(base, asGitTreeId(component.tree));

/**
 * Carries the person's edits of a component over to another version of it, by a three-way merge of trees.
 * Fault: `CHANGE_CONFLICT` with the paths where both edited the same lines.
 */
export async function carryEdits(
  { store }: Context,
  component: Component,
  trees: { readonly base: GitTreeId; readonly next: GitTreeId },
): Promise<GitTreeId> {
  const standIn = (tree: GitTreeId): Promise<CommitId> =>
    store.commit({
      tree,
      parents: [],
      message: 'for merging only\n',
      author: { name: 'orchestrate', email: 'orchestrate@localhost' },
      atSeconds: 0,
    });
  const [base, ours, theirs] = [
    await standIn(trees.base),
    await standIn(asGitTreeId(component.tree)),
    await standIn(trees.next),
  ];
  const merged = await store.merge({ base, ours, theirs });
  if (merged.kind === 'clean') return merged.tree;
  throw new Fault(
    'CHANGE_CONFLICT',
    `Your edits of ${component.id} do not fit the new version: ${merged.paths.slice(0, 10).join(', ')}.`,
    {
      hints: [
        `Take your edits out of these files, or carry them into the new version yourself.`,
        'orchestrate run "…" --set edits=drop   (takes the new version as it is; your edits stay in the restore point)',
      ],
      state: 'Nothing was changed.',
      data: { paths: merged.paths },
    },
  );
}

/** git's name for a tree without entries. */
const emptyTree = asGitTreeId('4b825dc642cb6eb9a060e54bf8d69288fbee4904');

/** What components.lock says of edits that were carried over; undefined when the tree is just what its author published. */
export async function editsBetween(
  { store }: Pick<Context, 'store'>,
  published: GitTreeId,
  tree: GitTreeId,
): Promise<Component['edits']> {
  const differing = await store.differences(published, tree);
  if (differing.length === 0) return undefined;
  const holder = await store.editTree(emptyTree, new Map([['patch', await store.patch(published, tree)]]));
  const patch = (await store.list(holder))[0]?.blob ?? '';
  return { files: differing.length, patch };
}
