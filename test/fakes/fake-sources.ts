import { emptyTree } from '../../src/adapters/git/object-format.ts';
import { Fault } from '../../src/base/fault.ts';
import { asGitTreeId, type CommitId, type GitTreeId } from '../../src/base/ids.ts';
import type { ComponentSources, SourceVersion } from '../../src/ports/component-sources.ts';
import type { FakeStore } from './fake-store.ts';

export interface FakeSources extends ComponentSources {
  /** Adds a version to a source: its files, under a tag (`v1`) or branch. Returns commit and tree. */
  put(options: {
    source: string;
    name: string;
    kind?: 'tag' | 'branch';
    files: Readonly<Record<string, string>>;
  }): Promise<{ commit: CommitId; tree: GitTreeId }>;
  /** What was fetched, `<source> <commit>`. */
  readonly fetched: string[];
  /** Sources that do not answer. */
  readonly silent: Set<string>;
}

/** Other people's repositories in memory; what is fetched is in the store then. */
export function createFakeSources(store: FakeStore): FakeSources {
  const offered = new Map<string, SourceVersion[]>();
  const trees = new Map<string, GitTreeId>();
  const seen = new Map<string, string>();
  const fetched: string[] = [];
  const silent = new Set<string>();
  const require = (source: string): readonly SourceVersion[] => {
    const versions = offered.get(source);
    if (versions === undefined || silent.has(source))
      throw new Fault('COMPONENT_SOURCE_UNREACHABLE', `Nothing came from ${source}: it does not answer.`);
    return versions;
  };
  return {
    fetched,
    silent,
    async put({ source, name, kind = 'tag', files }) {
      const tree = await store.editTree(asGitTreeId(emptyTree), new Map(Object.entries(files)));
      const author = { name: 'author', email: 'author@example.invalid' };
      const commit = await store.commit({ tree, parents: [], message: `${name}\n`, author, atSeconds: 1 });
      trees.set(commit, tree);
      const ref = kind === 'tag' ? `refs/tags/${name}` : `refs/heads/${name}`;
      const others = (offered.get(source) ?? []).filter((one) => one.ref !== ref);
      offered.set(source, [...others, { ref, name, kind, commit, isDefault: kind === 'branch' }]);
      return { commit, tree };
    },
    versions: async (source) => [...require(source)].sort((a, b) => (a.ref < b.ref ? -1 : 1)),
    async fetchCommit({ source, commit, ref }) {
      const versions = require(source);
      const named = ref === null ? undefined : versions.find((one) => one.ref === ref);
      const tree = trees.get(commit);
      if (tree === undefined || (ref !== null && named === undefined))
        throw new Fault('COMPONENT_VERSION_NOT_FOUND', `${source} has no ${ref ?? commit}.`);
      const first = seen.get(`${source} ${ref}`);
      if ((named !== undefined && named.commit !== commit) || (first !== undefined && first !== commit))
        throw new Fault('COMPONENT_REWRITTEN', `${ref} of ${source} names another commit now.`);
      if (ref?.startsWith('refs/tags/') === true) seen.set(`${source} ${ref}`, commit);
      fetched.push(`${source} ${commit}`);
      return { commit, tree };
    },
  };
}
