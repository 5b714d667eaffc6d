import { posix } from 'node:path';

import { Fault } from '../../src/base/fault.ts';
import { asCommitId, type CommitId, type GitTreeId } from '../../src/base/ids.ts';
import type {
  EntryMode,
  MergeOutcome,
  MergeSides,
  RefOutcome,
  RefUpdate,
  RefusedEntry,
  TrustedStore,
} from '../../src/ports/git.ts';
import type { FakeFiles } from './fake-files.ts';
import { FakeObjects } from './fake-objects.ts';

export interface FakeStore extends TrustedStore {
  readonly objects: FakeObjects;
  readonly refs: Map<string, string>;
  /** Repositories that objects may be imported from, by their git folder. */
  readonly repositories: Map<string, FakeObjects>;
  /** Paths that a snapshot refuses, with the reason. */
  readonly refuses: Map<string, string>;
  /** What `findUnsupported` finds in a tree. */
  readonly unsupported: Map<string, Awaited<ReturnType<TrustedStore['findUnsupported']>>>;
}

/** Compare-and-swap over all or none. */
export function updateRefs(refs: Map<string, string>, updates: readonly RefUpdate[]): RefOutcome {
  for (const { ref, from } of updates) {
    const actual = refs.get(ref) ?? null;
    if (actual !== from) return { kind: 'refused', ref, actual };
  }
  for (const { ref, to } of updates) {
    if (to === null) refs.delete(ref);
    else refs.set(ref, to);
  }
  return { kind: 'moved' };
}

/** A trusted store in memory with the object ids of git. Merges are per file: two edits of one file conflict. */
export function createFakeStore(files: FakeFiles): FakeStore {
  const objects = new FakeObjects();
  const refs = new Map<string, string>();
  const store: FakeStore = {
    objects,
    refs,
    repositories: new Map(),
    refuses: new Map(),
    unsupported: new Map(),
    version: async () => '2.39.5',
    create: async () => {},
    async importCommit({ gitDir, commit, name }) {
      const from = store.repositories.get(gitDir);
      if (from === undefined) throw new Fault('GIT_FAILED', `The commit ${commit} could not be imported.`);
      objects.take(from, commit);
      refs.set(`refs/orchestrate/incoming/${name}`, commit);
    },
    async snapshot({ dir, limits, skip = () => false }) {
      const leaves = new Map<string, { mode: EntryMode; blob: string }>();
      const refused: RefusedEntry[] = [];
      let [nFiles, nBytes, isOver] = [0, 0, false];
      const problemOf = (sizeBytes: number): string | undefined => {
        const isTooMany = (nFiles += 1) > limits.maxFiles;
        if (!isTooMany && sizeBytes > limits.maxFileBytes)
          return `too large (${sizeBytes} bytes, at most ${limits.maxFileBytes})`;
        isOver = isTooMany || (nBytes += sizeBytes) > limits.maxTotalBytes;
        if (isTooMany) return `too many files (more than ${limits.maxFiles})`;
        return isOver ? `too large in all (more than ${limits.maxTotalBytes} bytes)` : undefined;
      };
      const visit = async (folder: string, prefix: string): Promise<void> => {
        for (const name of await files.list(folder)) {
          const path = `${prefix}${name}`;
          if (isOver) return;
          if (path === '.git' || skip(path) || skip(`${path}/`)) continue;
          const reason = store.refuses.get(path);
          const info = await files.info(posix.join(folder, name));
          if (reason !== undefined) refused.push({ path, reason });
          else if (info?.kind === 'directory') await visit(posix.join(folder, name), `${path}/`);
          else if (info?.kind === 'file') {
            const problem = problemOf(info.sizeBytes);
            if (problem !== undefined) {
              refused.push({ path, reason: problem });
              continue;
            }
            const bytes = (await files.readBytes(posix.join(folder, name))) ?? new Uint8Array();
            leaves.set(path, {
              mode: (info.mode & 0o100) === 0 ? '100644' : '100755',
              blob: objects.write('blob', bytes),
            });
          } else refused.push({ path, reason: 'no plain file' });
        }
      };
      await visit(dir, '');
      if (refused.length > 0) return { kind: 'refused', refused };
      return { kind: 'taken', tree: objects.tree(leaves), nFiles: leaves.size, nHashed: leaves.size };
    },
    async treeOf(commit) {
      if (!objects.has(commit)) throw new Fault('GIT_FAILED', `There is no object ${commit}.`);
      return objects.facts(commit).tree;
    },
    list: async (tree) => objects.list(tree),
    readBlob: async (blob) => objects.read('blob', blob),
    async readFile(tree, path) {
      const leaf = objects.leaves(tree).get(path);
      return leaf && objects.read('blob', leaf.blob);
    },
    async editTree(base, edits) {
      const leaves = objects.leaves(base);
      for (const [path, data] of edits) {
        if (data === null) leaves.delete(path);
        else leaves.set(path, { mode: '100644', blob: objects.write('blob', Buffer.from(data)) });
      }
      return objects.tree(leaves);
    },
    writeBlobs: async (blobs) => blobs.map((bytes) => objects.write('blob', bytes)),
    writeTree: async (entries) => objects.tree(new Map(entries.map(({ path, mode, blob }) => [path, { mode, blob }]))),
    differences: async (before, after) => objects.differences(before, after),
    findUnsupported: async (tree) => store.unsupported.get(tree) ?? [],
    patch: async (before, after) =>
      objects
        .differences(before, after)
        .map(({ path, kind }) => `${kind} ${path}\n`)
        .join(''),
    async patchPart({ before, after, paths, fromByte, maxBytes }) {
      const text = objects
        .differences(before, after)
        .filter(({ path }) => paths.length === 0 || paths.includes(path))
        .map((one) => wholePatch(objects, one))
        .join('');
      return { text: text.slice(fromByte, fromByte + maxBytes), isEnd: text.length <= fromByte + maxBytes };
    },
    async countLines({ before, after, paths }) {
      const nLines = (blob: string | undefined): number =>
        blob === undefined ? 0 : Buffer.from(objects.read('blob', blob)).toString().split('\n').length - 1;
      const found = objects.differences(before, after).filter(({ path }) => paths.length === 0 || paths.includes(path));
      return new Map(
        found.map((one) => [one.path, { added: nLines(one.after?.blob), removed: nLines(one.before?.blob) }]),
      );
    },
    async blobFacts(blobs, { maxReadBytes }) {
      return new Map(
        blobs.map((blob) => {
          const bytes = objects.read('blob', blob);
          const isBinary = bytes.length > maxReadBytes ? null : bytes.includes(0);
          return [blob, { sizeBytes: bytes.length, isBinary }];
        }),
      );
    },
    merge: async ({ base, ours, theirs }) => {
      const treeOf = (commit: CommitId): GitTreeId => objects.facts(commit).tree;
      return mergeTrees(objects, { base: treeOf(base), ours: treeOf(ours), theirs: treeOf(theirs) });
    },
    mergeTrees: async (sides) => mergeTrees(objects, sides),
    conflictsOf: async (merges) =>
      merges.map((sides) => {
        const merged = mergeTrees(objects, sides);
        return merged.kind === 'clean' ? [] : merged.paths;
      }),
    commit: async (spec) => objects.commit(spec),
    tagObject: async (options) => objects.tag(options),
    updateRefs: async (updates) => updateRefs(refs, updates),
    findRef: async (ref) => refs.get(ref),
    async listRefs(prefix) {
      const found = [...refs].filter(([ref]) => ref.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
      return found.map(([ref, object]) => ({ ref, object, target: targetOf(objects, object) }));
    },
    readTag: async (object) => objects.readTag(object),
    commitFacts: async (commit) => objects.facts(commit),
    isAncestor: async (ancestor, commit) => objects.history(commit, 10_000).includes(ancestor),
    mergeBase: async (one, other) => {
      const theirs = new Set(objects.history(other, 10_000));
      return objects.history(one, 10_000).find((commit) => theirs.has(commit));
    },
    history: async (commit, limit) => objects.history(commit, limit),
    async exportTree(tree, dir) {
      for (const { path, mode, blob } of objects.list(tree)) {
        files.put(`${dir}/${path}`, objects.read('blob', blob), mode === '100755' ? 0o755 : 0o644);
      }
      await files.ensureDir(dir);
    },
    async exportRefs(wanted, dir) {
      if (wanted.length === 0) return;
      files.put(`${dir}/HEAD`, `ref: ${wanted[0]?.ref ?? ''}\n`);
      files.put(`${dir}/packed-refs`, wanted.map(({ ref, commit }) => `${commit} ${ref}\n`).join(''));
      await files.ensureDir(dir);
    },
    async exportForWork(tree, dir) {
      files.put(`${dir}/HEAD`, 'ref: refs/heads/work\n');
      files.put(
        `${dir}/index`,
        objects
          .list(tree)
          .map(({ path }) => `${path}\n`)
          .join(''),
      );
    },
    verify: async () => [],
    clearStaleLocks: async () => [],
    close: async () => {},
  };
  return store;
}

function targetOf(objects: FakeObjects, id: string): CommitId {
  try {
    return objects.readTag(id).target;
  } catch {
    return asCommitId(id);
  }
}

function mergeTrees(objects: FakeObjects, sides: MergeSides): MergeOutcome {
  const base = objects.leaves(sides.base);
  const ours = objects.leaves(sides.ours);
  const theirs = objects.leaves(sides.theirs);
  const conflicts: string[] = [];
  const merged = new Map(ours);
  for (const path of new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])) {
    const [was, mine, other] = [base.get(path), ours.get(path), theirs.get(path)];
    if (other?.blob === was?.blob || other?.blob === mine?.blob) continue;
    if (mine?.blob !== was?.blob) conflicts.push(path);
    else if (other === undefined) merged.delete(path);
    else merged.set(path, other);
  }
  return conflicts.length > 0
    ? { kind: 'conflict', paths: conflicts.sort() }
    : { kind: 'clean', tree: objects.tree(merged) };
}

/** A unified diff of one file in which every old line goes and every new one comes. */
function wholePatch(
  objects: FakeObjects,
  { path, before, after }: ReturnType<FakeObjects['differences']>[number],
): string {
  const lines = (blob: string | undefined): readonly string[] =>
    blob === undefined ? [] : Buffer.from(objects.read('blob', blob)).toString().replace(/\n$/, '').split('\n');
  const [old, now] = [lines(before?.blob), lines(after?.blob)];
  const name = (side: string, isThere: boolean): string => (isThere ? `${side}/${path}` : '/dev/null');
  return [
    `diff --git a/${path} b/${path}`,
    `--- ${name('a', before !== null)}`,
    `+++ ${name('b', after !== null)}`,
    `@@ -${old.length === 0 ? 0 : 1},${old.length} +${now.length === 0 ? 0 : 1},${now.length} @@`,
    ...old.map((line) => `-${line}`),
    ...now.map((line) => `+${line}`),
    '',
  ].join('\n');
}
