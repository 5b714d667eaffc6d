import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import { asCommitId, type CommitId } from '../../base/ids.ts';
import type { TrustedStore } from '../../ports/git.ts';
import type { Spawner } from '../process/spawner.ts';
import { encodeCommit, encodeTag, ourselves } from './commit-format.ts';
import { exportTree } from './export-tree.ts';
import { createGitDoor, type GitCall } from './git-door.ts';
import { atTheEdge } from './git-failure.ts';
import { moveRefs } from './move-refs.ts';
import { emptyTree, type ObjectType } from './object-format.ts';
import { ObjectReader } from './object-reader.ts';
import { newObject, writeLooseObjects } from './object-writer.ts';
import { refProblem } from './path-rules.ts';
import { findRefInFiles, listRefsInFiles } from './ref-files.ts';
import { RefWriter } from './ref-writer.ts';
import { takeSnapshot } from './snapshot.ts';
import { clearDeadLocks, clearDeadLocksInTime, filesNamed, refLocks } from './stale-locks.ts';
import { createStore } from './store-create.ts';
import { blobFacts, countLines, patchPart } from './store-diff.ts';
import { exportRefs } from './store-export.ts';
import { commitFacts, history, isAncestor, mergeBase, peel, readTag } from './store-history.ts';
import { importObjects } from './store-import.ts';
import { findConflicts, mergeTrees } from './store-merge.ts';
import { missingIds, objectsDir, type StoreParts } from './store-parts.ts';
import { editTree } from './tree-edit.ts';
import { TreeReader } from './tree-reader.ts';
import { writeBlobs, writeTree } from './tree-write.ts';
import { findUnsupported } from './unsupported-content.ts';
import { exportForWork } from './work-repository.ts';

/** The trusted store, and what the home repository shares with it. */
export interface GitStore extends TrustedStore {
  /** For `createHomeRepository` only. */
  readonly parts: StoreParts;
}

const minimum = [2, 39] as const;
const unmoved = 'Branches and files are as they were; objects already written do no harm.';

/** As many imports of one name at once are waited for as there are runs that begin together. */
const maxImportTries = 10;

/**
 * Creates the trusted store on git and plain files. `gitDir` is the bare repository (made by `create`); `scratchDir`,
 * out of reach of agents, holds stat caches and temporary packs and can be emptied at any time; `searchPath` is the
 * PATH given to git, where it is looked for unless `gitProgram` names it. Long-lived processes start when first needed.
 */
export function createTrustedStore(options: {
  readonly gitDir: string;
  readonly scratchDir: string;
  readonly spawner: Spawner;
  readonly searchPath: string;
  readonly gitProgram?: string;
}): GitStore {
  const { gitDir, scratchDir } = options;
  fs.mkdirSync(scratchDir, { recursive: true, mode: 0o700 });
  const door = createGitDoor(options);
  const reader = new ObjectReader(door, gitDir);
  const refs = new RefWriter(door, gitDir);
  const parts: StoreParts = {
    door,
    gitDir,
    scratchDir,
    reader,
    trees: new TreeReader(reader),
    caches: new Map(),
    closers: [],
  };

  const treeOf: TrustedStore['treeOf'] = async (commit) => (await commitFacts(parts, commit)).tree;
  const findRef = (ref: string): string | undefined => findRefInFiles(gitDir, ref);
  const locks = (): readonly string[] => [
    ...filesNamed(path.join(gitDir, 'refs'), (name) => name.endsWith('.lock')),
    ...['HEAD.lock', 'config.lock', 'packed-refs.lock', 'index.lock'].map((name) => path.join(gitDir, name)),
  ];
  // Half-written objects of a process that was killed: nothing names them.
  const leftovers = (): readonly string[] => [
    ...filesNamed(objectsDir(parts), (name) => name.startsWith('tmp_')),
    ...['import', 'merge', 'fetch'].flatMap((folder) => filesNamed(path.join(scratchDir, folder), () => true)),
  ];
  const clearLocks = async (): Promise<readonly string[]> => {
    const cleared = await clearDeadLocksInTime(() => [...locks(), ...leftovers()], [gitDir]);
    return cleared.filter((file) => file.endsWith('.lock'));
  };
  const updateRefs: TrustedStore['updateRefs'] = (updates) =>
    moveRefs({
      updates,
      find: findRef,
      transact: (commands) => refs.transact(commands),
      clearLocks: (names) =>
        void clearDeadLocks({
          locks: refLocks(gitDir, names),
          repositories: [gitDir],
          nowMs: Date.now(),
          youngerMs: 0,
        }),
    });

  // Loaded when first needed: short commands show no patch.
  const readText = async (call: GitCall): Promise<string> => (await import('./git-text.ts')).readGitText(door, call);

  const writeObject = async (type: ObjectType, body: Uint8Array): Promise<string> => {
    const object = newObject(type, body);
    if ((await missingIds(parts, [object.id])).length > 0) {
      await writeLooseObjects(objectsDir(parts), [object]);
      parts.trees.known.add(object.id);
    }
    return object.id;
  };

  return {
    parts,
    async version() {
      const text = await readText({ verb: 'version', args: [], gitDir });
      const version = /\d+\.\d+[^\s]*/.exec(text)?.[0] ?? '';
      if (!isSupportedVersion(version)) {
        throw new Fault(
          'GIT_TOO_OLD',
          `git at ${door.program()} is ${version === '' ? 'of unknown version' : version}; 2.39 or newer is needed.`,
          {
            hints: ['install git 2.39 or newer', 'orchestrate doctor'],
            state: 'Nothing was changed.',
            data: { version },
          },
        );
      }
      return version;
    },
    create: () =>
      atTheEdge('creating the trusted store', 'Nothing outside the store was touched.', () => createStore(gitDir)),
    importCommit: ({ gitDir: from, commit, name }) =>
      atTheEdge('importing a commit', unmoved, async () => {
        const ref = `refs/orchestrate/incoming/${name}`;
        const problem = refProblem(ref);
        if (problem !== undefined)
          throw new Fault('NAME_INVALID', `The name ${JSON.stringify(name)} is refused: ${problem}.`);
        await importObjects(parts, { gitDir: from, commit });
        // Two runs may import at once: whoever comes second finds the ref there, or moves it on.
        for (let nTries = 0; nTries < maxImportTries; nTries += 1) {
          const present = findRef(ref);
          if (present === commit) return;
          const moved = await updateRefs([{ ref, from: present ?? null, to: commit }]);
          if (moved.kind === 'moved') return;
        }
        throw new Fault('GIT_FAILED', `${ref} was moved by something else again and again.`, { state: unmoved });
      }),
    snapshot: (request) => atTheEdge('taking a snapshot', unmoved, () => takeSnapshot(parts, request)),
    treeOf,
    list: (tree) => parts.trees.list(tree),
    readBlob: (blob) => parts.reader.require(blob, 'blob'),
    async readFile(tree, file) {
      const entry = await parts.trees.find(tree, file);
      return entry === undefined || entry.mode === '40000' || entry.mode === '160000'
        ? undefined
        : parts.reader.require(entry.id, 'blob');
    },
    editTree: (base, edits) => atTheEdge('writing a tree', unmoved, () => editTree(parts, base, edits)),
    writeBlobs: (blobs) => atTheEdge('writing blobs', unmoved, () => writeBlobs(parts, blobs)),
    writeTree: (entries) => atTheEdge('writing a tree', unmoved, () => writeTree(parts, entries)),
    differences: (before, after) => parts.trees.differences(before, after),
    findUnsupported: (tree) => findUnsupported(parts, tree),
    patch: (before, after) =>
      readText({ verb: 'diff-tree', args: ['-p', '--full-index', '-M', '--end-of-options', before, after], gitDir }),
    patchPart: (part) => patchPart(parts, part),
    countLines: (asked) => countLines(parts, asked),
    blobFacts: (blobs, { maxReadBytes }) => blobFacts(parts, blobs, maxReadBytes),
    merge: ({ base, ours, theirs }) =>
      atTheEdge('merging', unmoved, async () => {
        const [baseTree, oursTree, theirsTree] = await Promise.all([treeOf(base), treeOf(ours), treeOf(theirs)]);
        return mergeTrees(parts, { base: baseTree, ours: oursTree, theirs: theirsTree });
      }),
    mergeTrees: (sides) => atTheEdge('merging', unmoved, () => mergeTrees(parts, sides)),
    conflictsOf: (merges) => atTheEdge('looking for conflicts', unmoved, () => findConflicts(parts, merges)),
    commit: (spec) =>
      atTheEdge('writing a commit', unmoved, async () => {
        // git answers for the empty tree without having it; `fsck`, and whoever copies the objects, wants it there.
        if (spec.tree === emptyTree) await writeLooseObjects(objectsDir(parts), [newObject('tree', Buffer.alloc(0))]);
        return asCommitId(await writeObject('commit', encodeCommit({ ...spec, committer: ourselves })));
      }),
    tagObject: (tag) =>
      atTheEdge('writing a tag', unmoved, async () => {
        const problem = refProblem(`refs/tags/${tag.name}`);
        if (problem !== undefined)
          throw new Fault('NAME_INVALID', `The tag name ${JSON.stringify(tag.name)} is refused: ${problem}.`);
        return writeObject('tag', encodeTag(tag));
      }),
    updateRefs: (updates) =>
      atTheEdge('moving refs', 'The refs show what moved; a repeat finishes it.', () => updateRefs(updates)),
    findRef: async (ref) => findRef(ref),
    async listRefs(prefix) {
      const found: { ref: string; object: string; target: CommitId }[] = [];
      for (const { ref, id } of listRefsInFiles(gitDir, prefix)) {
        const target = await peel(parts, id);
        if (target !== undefined) found.push({ ref, object: id, target });
      }
      return found;
    },
    readTag: (object) => readTag(parts, object),
    commitFacts: (commit) => commitFacts(parts, commit),
    isAncestor: (ancestor, commit) => isAncestor(parts, ancestor, commit),
    mergeBase: (one, other) => mergeBase(parts, one, other),
    history: (commit, limit) => history(parts, commit, limit),
    exportTree: (tree, dir) =>
      atTheEdge('exporting a tree', `The folder ${dir} may hold a part of the files.`, () =>
        exportTree(parts, tree, dir),
      ),
    exportRefs: (wanted, dir) =>
      atTheEdge('exporting refs', `The folder ${dir} may hold a part of them.`, () => exportRefs(parts, wanted, dir)),
    exportForWork: (tree, dir) =>
      atTheEdge('exporting a repository', `The folder ${dir} may hold a part of it.`, () =>
        exportForWork(parts, tree, dir),
      ),
    async verify() {
      const result = await door.run({
        verb: 'fsck',
        args: ['--connectivity-only', '--no-dangling', '--no-progress'],
        gitDir,
        answers: [0, 1, 2, 3, 4, 5, 6, 7, 8, 128],
      });
      const said = `${result.stdout.toString('utf8')}\n${result.stderr.toString('utf8')}`
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('notice:'));
      const borrowed = fs.existsSync(path.join(gitDir, 'objects/info/alternates'))
        ? ['the store borrows objects (objects/info/alternates)']
        : [];
      return result.exitCode === 0
        ? borrowed
        : [...borrowed, ...(said.length === 0 ? [`git fsck ended with ${result.exitCode}`] : said)];
    },
    clearStaleLocks: () => atTheEdge('clearing locks', unmoved, clearLocks),
    async close() {
      for (const cache of parts.caches.values()) cache.save();
      await Promise.all([reader.close(), refs.close(), ...parts.closers.map((close) => close())]);
    },
  };
}

/** Tells whether a version such as `2.39.5` is new enough. */
export function isSupportedVersion(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1]);
}
