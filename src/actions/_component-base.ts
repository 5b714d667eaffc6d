import { Fault } from '../base/fault.ts';
import { asCommitId, asGitTreeId, type GitTreeId } from '../base/ids.ts';
import { chooseVersion, nameOf, type OfferedVersion } from '../domain/instances/choose-version.ts';
import type { Component } from '../domain/instances/components.ts';
import { declaredVersion } from '../domain/instances/declared-version.ts';
import { fetchedTree } from './_component-tree.ts';
import type { PlanningContext } from './_context.ts';

/** What a component's files came from. */
export interface ComponentBase {
  /** The files as their author published them, without the person's edits. */
  readonly tree: GitTreeId;
  readonly current: { readonly commit: string | null; readonly version: string | null; readonly name: string };
}

/**
 * Finds out what a component's files on the branch came from: what components.lock says, what the person says, or the
 * version that the files themselves name. Fault: `COMPONENT_VERSION_NOT_FOUND`.
 */
export async function componentBase(
  context: PlanningContext,
  options: {
    readonly component: Component;
    readonly versions: readonly OfferedVersion[];
    /** Tag or commit that the person names; empty where they name none. */
    readonly asked: string;
  },
): Promise<ComponentBase> {
  const { component, versions, asked } = options;
  const version = await declaredVersion((path) => readText(context, asGitTreeId(component.tree), path));
  const said = asked === '' ? undefined : chooseVersion({ versions, asked, current: noCurrent });
  const guessed = version === null ? undefined : chooseVersion({ versions, asked: `v${version}`, current: noCurrent });
  const named = said ?? guessed;
  const commit = said === undefined ? component.commit : null;
  const from = commit ?? (named?.kind === 'chosen' ? named.commit : null);
  if (from === null) {
    throw new Fault(
      'COMPONENT_VERSION_NOT_FOUND',
      `Nothing says which version of ${component.id} the files on the branch came from, so your edits of them cannot be told apart.`,
      {
        hints: ['orchestrate run "…" --set base=<tag or commit that you installed>'],
        state: 'Nothing was changed.',
      },
    );
  }
  const known = nameOf(versions, from);
  const tree = await fetchedTree(context, component, { commit: asCommitId(from), ref: known?.ref ?? null });
  const name = known?.name ?? (version === null ? from.slice(0, 7) : `v${version} (${from.slice(0, 7)})`);
  return { tree, current: { commit: from, version: known?.name ?? version, name } };
}

const noCurrent = { commit: null, version: null } as const;

/** Returns a file of a tree as text, or undefined. */
export async function readText({ store }: PlanningContext, tree: GitTreeId, path: string): Promise<string | undefined> {
  const bytes = await store.readFile(tree, path);
  return bytes && new TextDecoder().decode(bytes);
}
