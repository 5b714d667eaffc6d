import type { CommitId, GitTreeId } from '../../src/base/ids.ts';
import type { HomePath, HomeRepository, HomeState, RefUpdate } from '../../src/ports/git.ts';
import type { FakeFiles } from './fake-files.ts';
import { FakeObjects } from './fake-objects.ts';
import { type FakeStore, updateRefs } from './fake-store.ts';

export interface FakeHome extends HomeRepository {
  readonly objects: FakeObjects;
  readonly refs: Map<string, string>;
  /** Every ref that moved, in order. */
  readonly moves: RefUpdate[];
  readonly slots: Map<string, { state: 'linked' | 'half' | 'missing'; head: string | null }>;
  /** Work trees that the person has elsewhere. */
  readonly worktrees: { readonly name: string; readonly dir: string; readonly head: string | null }[];
  /** Reasons of `git worktree lock`, by name. */
  readonly locks: Map<string, string>;
  nTrashed: number;
  /** What decides what git would run; a test changes it to tamper. */
  readonly items: Record<string, string>;
  /** Files below home that its own rules ignore, by path; only those with these names are among them. */
  readonly ignored: Set<string>;
  /** Lines of our block in `.git/info/exclude`. */
  excluded: readonly string[] | null;
  /** Replaces what `inspect` finds. */
  state: HomeState | undefined;
  readonly branchRef: string;
  head(): CommitId;
  /** Commits as a person does: on top of the branch, with the files. */
  commitByHand(edits: Readonly<Record<string, string | null>>, message?: string): CommitId;
}

/** A person's repository in memory; its files lie in `files` below `homeDir`. */
export function createFakeHome(options: {
  homeDir: string;
  files: FakeFiles;
  store: FakeStore;
  branch?: string;
}): FakeHome {
  const { homeDir, files, store } = options;
  const branchRef = `refs/heads/${options.branch ?? 'main'}`;
  const objects = new FakeObjects();
  const refs = new Map<string, string>();
  store.repositories.set(`${homeDir}/.git`, objects);
  let nByHand = 0;

  const compare = async (before: GitTreeId, after: GitTreeId): Promise<readonly HomePath[]> => {
    const paths: HomePath[] = [];
    for (const { path, before: was, after: will } of store.objects.differences(before, after)) {
      const bytes = await files.readBytes(`${homeDir}/${path}`).catch(() => new Uint8Array());
      const blob = bytes === undefined ? undefined : store.objects.write('blob', bytes);
      const is = blob === will?.blob ? 'after' : blob === was?.blob ? 'before' : 'other';
      paths.push({ path, before: was, after: will, is });
    }
    return paths;
  };

  const home: FakeHome = {
    objects,
    refs,
    branchRef,
    moves: [],
    slots: new Map(),
    worktrees: [],
    locks: new Map(),
    nTrashed: 0,
    items: { config: 'c1' },
    state: undefined,
    ignored: new Set(),
    excluded: null,
    head: () => refs.get(branchRef) as CommitId,
    commitByHand(edits, message = 'by hand\n') {
      const parent = home.head();
      const leaves = objects.leaves(objects.facts(parent).tree);
      for (const [path, text] of Object.entries(edits)) {
        if (text === null) {
          leaves.delete(path);
          continue;
        }
        leaves.set(path, { mode: '100644', blob: objects.write('blob', Buffer.from(text)) });
        files.put(`${homeDir}/${path}`, text);
      }
      nByHand += 1;
      const author = { name: 'Anna', email: 'anna@example.invalid' };
      const commit = objects.commit({
        tree: objects.tree(leaves),
        parents: [parent],
        message,
        author,
        atSeconds: 1_700_000_000 + nByHand,
      });
      refs.set(branchRef, commit);
      return commit;
    },

    async inspect() {
      if (home.state !== undefined) return home.state;
      const head = home.head();
      if (head === undefined) return { kind: 'unfit', code: 'HOME_UNBORN', reason: 'There is no commit yet.' };
      return { kind: 'ready', gitDir: `${homeDir}/.git`, branchRef, head, objectFormat: 'sha1' };
    },
    findRef: async (ref) => refs.get(ref),
    fingerprint: async () => ({ items: { ...home.items } }),
    async deliverObjects({ commit, tag }) {
      const nObjects = objects.take(store.objects, commit) + (tag === undefined ? 0 : objects.take(store.objects, tag));
      return { nObjects, repaired: [] };
    },
    async updateRefs(updates) {
      for (const { to } of updates) if (to !== null && !objects.has(to)) throw new Error(`home lacks the object ${to}`);
      const outcome = updateRefs(refs, updates);
      if (outcome.kind === 'moved') home.moves.push(...updates);
      return outcome;
    },
    async removeRefs(gone) {
      for (const { ref, object } of gone) if (refs.get(ref) === object) refs.delete(ref);
      return { kind: 'moved' };
    },
    comparePaths: compare,
    async applyPaths(before, after) {
      const written: string[] = [];
      const kept: string[] = [];
      for (const { path, after: will, is } of await compare(before, after)) {
        if (is === 'other') kept.push(path);
        if (is !== 'before') continue;
        if (will === null) await files.remove(`${homeDir}/${path}`);
        else {
          await files.ensureDir(`${homeDir}/${path}`.replace(/\/[^/]*$/, ''));
          await files.writeAtomic(`${homeDir}/${path}`, store.objects.read('blob', will.blob));
        }
        written.push(path);
      }
      return { written, kept, indexRefreshed: true };
    },
    async dirtyPaths(commit) {
      const dirty: string[] = [];
      for (const { path, blob } of objects.list(objects.facts(commit).tree)) {
        const bytes = await files.readBytes(`${homeDir}/${path}`);
        if (bytes === undefined || store.objects.write('blob', bytes) !== blob) dirty.push(path);
      }
      return dirty;
    },
    async prepareSlot({ slot, commit }) {
      const how = home.slots.has(slot.name) ? 'recycled' : 'created';
      await files.remove(slot.dir);
      await store.exportTree(await store.treeOf(commit), slot.dir);
      home.slots.set(slot.name, { state: 'linked', head: commit });
      return { how, trashed: [] };
    },
    // Exact names only: what a pattern means is git's, and the contract's.
    ignoredFiles: async ({ patterns }) => {
      const named = new Set(patterns.split('\n'));
      return [...home.ignored].filter((one) => named.has(one)).sort();
    },
    exclude: async (lines) => void (home.excluded = lines),
    listSlots: async () => [...home.slots].map(([name, { state, head }]) => ({ name, state, head })),
    async listWorktrees() {
      const slots = [...home.slots].map(([name, { head }]) => ({ name, dir: `${homeDir}/trees/${name}`, head }));
      return [...slots, ...home.worktrees].map(({ name, dir, head }) => ({
        name,
        dir,
        head,
        branch: null,
        locked: home.locks.get(name) ?? null,
        commits: head === null ? [] : [head],
      }));
    },
    async removeSlot({ slot, trashDir }) {
      home.slots.delete(slot.name);
      if ((await files.info(slot.dir)) === undefined) return;
      const place = `${trashDir}/${slot.name}.0-${String(home.nTrashed++).padStart(6, '0')}`;
      await files.ensureDir(place);
      await files.rename(slot.dir, `${place}/slot`);
    },
    clearStaleLocks: async () => [],
  };
  return home;
}
