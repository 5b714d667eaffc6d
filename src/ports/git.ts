import type { CommitId, GitTreeId } from '../base/ids.ts';
import type { SourceAsked, SourceKind } from '../domain/changes/source.ts';

export type EntryMode = '100644' | '100755' | '120000';

export interface TreeEntry {
  readonly path: string;
  readonly mode: EntryMode;
  /** Blob id, 40 hex digits. */
  readonly blob: string;
}

export interface FileDifference {
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'removed';
  readonly before: { readonly mode: EntryMode; readonly blob: string } | null;
  readonly after: { readonly mode: EntryMode; readonly blob: string } | null;
}

export interface SnapshotLimits {
  readonly maxFiles: number;
  readonly maxFileBytes: number;
  readonly maxTotalBytes: number;
}

export interface RefusedEntry {
  readonly path: string;
  /** `nested repository`, `fifo`, `socket`, `device`, `case collision with …`, `name not UTF-8`, `too large`, `too many files`, `too large in all`, … */
  readonly reason: string;
}

export type SnapshotOutcome =
  | { readonly kind: 'taken'; readonly tree: GitTreeId; readonly nFiles: number; readonly nHashed: number }
  | { readonly kind: 'refused'; readonly refused: readonly RefusedEntry[] };

export type MergeOutcome =
  | { readonly kind: 'clean'; readonly tree: GitTreeId }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

/** A base and two trees that come from it. */
export interface MergeSides {
  readonly base: GitTreeId;
  readonly ours: GitTreeId;
  readonly theirs: GitTreeId;
}

export interface CommitSpec {
  readonly tree: GitTreeId;
  readonly parents: readonly CommitId[];
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  /** Whole seconds since 1970, UTC. With the same spec the commit id is the same: a repeat is safe. */
  readonly atSeconds: number;
}

export interface RefUpdate {
  readonly ref: string;
  /** `null` creates, and refuses when the ref is there. */
  readonly from: string | null;
  /** `null` removes the ref. */
  readonly to: string | null;
}

export type RefOutcome =
  | { readonly kind: 'moved' }
  | { readonly kind: 'refused'; readonly ref: string; readonly actual: string | null };

/** Something in a tree that git would convert on checkout, or that is no plain file. */
export interface UnsupportedContent {
  readonly path: string;
  readonly code: 'HOME_LFS' | 'HOME_UNSUPPORTED' | 'HOME_NESTED_REPOSITORY';
  /** Goes after the path, e.g. `line 3 uses Git LFS (filter=lfs)`. */
  readonly reason: string;
}

/**
 * The trusted store: a full bare repository of ours, out of reach of agents. Every git call goes
 * through one door with an environment built from nothing, an explicit GIT_DIR and a private index;
 * files of a work tree are only ever read by our own walk.
 * Faults: `GIT_MISSING`, `GIT_TOO_OLD`, `GIT_FAILED`, `GIT_TIMEOUT`, `DISK_FULL`.
 */
export interface TrustedStore {
  /** Version of git, checked to be ≥ 2.39. */
  version(): Promise<string>;
  /** Creates the bare store with its attributes file. A repeat is safe. */
  create(): Promise<void>;
  /**
   * Brings all objects reachable from `commit` out of another repository: its object files are read
   * (as alternates of one checked `pack-objects | index-pack --strict`), its configuration never is.
   * Writes `refs/orchestrate/incoming/<name>`. A repeat is safe. `GIT_FAILED` has `isAbsent` in its data when the other
   * repository does not hold all of it: then nobody can bring it.
   */
  importCommit(options: { gitDir: string; commit: CommitId; name: string }): Promise<void>;
  /** Stores the files below `dir` as a tree by our own walk (lstat, no follow). `.git` at the top is skipped, nested ones refuse. */
  snapshot(options: {
    dir: string;
    limits: SnapshotLimits;
    /** Relative paths (with `/`) to leave out, e.g. `trees/`; told to the walk, never read from ignore files of the agent. */
    skip?: (path: string) => boolean;
    /** Names the stat cache; entries whose stat did not move are not hashed again. `slot:<name>` is the one that `prepareSlot` fills. */
    cacheKey?: string;
  }): Promise<SnapshotOutcome>;
  /** Tree of a commit. */
  treeOf(commit: CommitId): Promise<GitTreeId>;
  /** All files of a tree, sorted by path. */
  list(tree: GitTreeId): Promise<readonly TreeEntry[]>;
  readBlob(blob: string): Promise<Uint8Array>;
  /** Content of one path, or undefined when it is absent in the tree. */
  readFile(tree: GitTreeId, path: string): Promise<Uint8Array | undefined>;
  /** A new tree: `base` with the given paths replaced (`null` removes). */
  editTree(base: GitTreeId, edits: ReadonlyMap<string, string | Uint8Array | null>): Promise<GitTreeId>;
  /** Stores blobs and returns their ids, in order. A repeat is safe. */
  writeBlobs(blobs: readonly Uint8Array[]): Promise<readonly string[]>;
  /**
   * Stores a tree of blobs that are there, and returns its id. Fault `TREE_REFUSED` for a path that cannot be in a tree
   * (`..`, `.git` and what can be taken for it, twice the same, case collisions) and a blob that is not there.
   */
  writeTree(entries: readonly TreeEntry[]): Promise<GitTreeId>;
  differences(before: GitTreeId, after: GitTreeId): Promise<readonly FileDifference[]>;
  /** What in a tree is not supported: nested repositories, and attributes that convert content (LFS, filters, ident, encodings, CRLF). */
  findUnsupported(tree: GitTreeId): Promise<readonly UnsupportedContent[]>;
  /** Unified diff as text, made by git without attributes, textconv, or drivers; binary content is shown as text. */
  patch(before: GitTreeId, after: GitTreeId): Promise<string>;
  /**
   * A part of the same patch, of these paths only (none: all): at most `maxBytes` from the line on that holds byte
   * `fromByte`. Whole lines, unless one line is longer than `maxLineBytes`. What is left out is never held in memory.
   */
  patchPart(options: {
    before: GitTreeId;
    after: GitTreeId;
    paths: readonly string[];
    fromByte: number;
    maxBytes: number;
  }): Promise<{ readonly text: string; readonly isEnd: boolean }>;
  /** How many lines of each path came and went; every content is taken for text. */
  countLines(options: {
    before: GitTreeId;
    after: GitTreeId;
    paths: readonly string[];
  }): Promise<ReadonlyMap<string, { readonly added: number; readonly removed: number }>>;
  /**
   * Sizes of blobs, and whether they are binary: a NUL among their first bytes, as git has it, whatever attributes say.
   * Null where a blob is larger than `maxReadBytes`: it was not read.
   */
  blobFacts(
    blobs: readonly string[],
    options: { maxReadBytes: number },
  ): Promise<ReadonlyMap<string, { readonly sizeBytes: number; readonly isBinary: boolean | null }>>;
  /** Three-way merge without a work tree. */
  merge(options: { base: CommitId; ours: CommitId; theirs: CommitId }): Promise<MergeOutcome>;
  /** The same for trees, whatever history has of them. */
  mergeTrees(sides: MergeSides): Promise<MergeOutcome>;
  /**
   * Paths on which each of the merges would conflict, in the order of the questions; `[]` where it is clean. All are asked in one
   * git process, and nothing is left in the store.
   */
  conflictsOf(merges: readonly MergeSides[]): Promise<readonly (readonly string[])[]>;
  /** Writes the commit object (loose, fsync). Deterministic. */
  commit(spec: CommitSpec): Promise<CommitId>;
  /** Writes an annotated tag object pointing at the commit. Deterministic. Returns its id. */
  tagObject(options: { name: string; target: CommitId; message: string; atSeconds: number }): Promise<string>;
  /** One atomic transaction through a long-lived `update-ref --stdin`. */
  updateRefs(updates: readonly RefUpdate[]): Promise<RefOutcome>;
  findRef(ref: string): Promise<string | undefined>;
  /** Refs below a prefix, sorted by name; `target` is the commit that a tag points at. */
  listRefs(
    prefix: string,
  ): Promise<readonly { readonly ref: string; readonly object: string; readonly target: CommitId }[]>;
  /** Message of an annotated tag. */
  readTag(object: string): Promise<{ readonly message: string; readonly target: CommitId }>;
  commitFacts(commit: CommitId): Promise<{
    readonly tree: GitTreeId;
    readonly parents: readonly CommitId[];
    readonly message: string;
    readonly atSeconds: number;
  }>;
  /** Is `ancestor` reachable from `commit` by first parents or any parents. */
  isAncestor(ancestor: CommitId, commit: CommitId): Promise<boolean>;
  /** The newest commit that both contain, or undefined when their histories have nothing in common. */
  mergeBase(one: CommitId, other: CommitId): Promise<CommitId | undefined>;
  /** First-parent history, newest first, at most `limit`. */
  history(commit: CommitId, limit: number): Promise<readonly CommitId[]>;
  /** Writes all files of the tree below `dir` (must be absent or empty), each created exclusively and synced. */
  exportTree(tree: GitTreeId, dir: string): Promise<void>;
  /** Writes a bare repository into `dir` (must be absent) with these refs, and all that is reachable from them. Nothing for no refs. */
  exportRefs(refs: readonly { readonly ref: string; readonly commit: CommitId }[], dir: string): Promise<void>;
  /**
   * Writes a repository into `dir` (must be absent) for a program that works on files of the tree: one commit, a branch, an index. What is
   * done in it changes nothing here, and nothing of it is read back.
   */
  exportForWork(tree: GitTreeId, dir: string): Promise<void>;
  /** `fsck --connectivity-only` without alternates; `[]` when whole. */
  verify(): Promise<readonly string[]>;
  /** Removes lock files left by a git of ours that is dead; returns them. Called at start only. */
  clearStaleLocks(): Promise<readonly string[]>;
  /** Ends the long-lived git processes. */
  close(): Promise<void>;
}

export type HomeState =
  | {
      readonly kind: 'ready';
      readonly gitDir: string;
      /** Full name, e.g. `refs/heads/main`. */
      readonly branchRef: string;
      readonly head: CommitId;
      readonly objectFormat: 'sha1';
    }
  | {
      readonly kind: 'unfit';
      readonly code: 'HOME_NOT_GIT' | 'HOME_DETACHED' | 'HOME_UNBORN' | 'HOME_BARE' | 'HOME_LFS' | 'HOME_UNSUPPORTED';
      readonly reason: string;
    };

/** What the file in home's work tree is, compared with two trees. */
export interface HomePath {
  readonly path: string;
  readonly before: { readonly mode: EntryMode; readonly blob: string } | null;
  readonly after: { readonly mode: EntryMode; readonly blob: string } | null;
  /** `before`: bytes of the old tree; `after`: already the new; `other`: anything else (edited, or an untracked or ignored file in the way). */
  readonly is: 'before' | 'after' | 'other';
}

/** The parts of a repository that decide what git would run or show. */
export interface GitFingerprint {
  /** Item name (`config`, `hooks/post-commit`, `worktrees/env-setup/gitdir`, `trees/env-setup/.git` …) to SHA-256 of its bytes, or what it is when it is no plain file. */
  readonly items: Readonly<Record<string, string>>;
}

export interface FingerprintDifference {
  readonly item: string;
  readonly kind: 'added' | 'changed' | 'removed';
}

export interface SlotLocation {
  /** Folder name below `trees/`, e.g. `env-setup` or `env-setup@2`. */
  readonly name: string;
  readonly dir: string;
}

/** A linked work tree of home, as its administration tells it. Read as files; never obeyed. */
export interface WorktreeFacts {
  /** Folder name below `.git/worktrees`. */
  readonly name: string;
  /** Absolute; where it says that it lies. */
  readonly dir: string;
  readonly head: string | null;
  /** Full name of the branch that it has checked out; null: detached. */
  readonly branch: string | null;
  /** Text of `git worktree lock`; null: not locked. */
  readonly locked: string | null;
  /** Every commit that it names: HEAD, its log, what merges, rebases and picks on their way noted down. */
  readonly commits: readonly string[];
}

/**
 * The person's repository. Its configuration, hooks, attributes and index are never obeyed.
 * Reads are of plain files; the few git calls carry the same environment from nothing.
 */
export interface HomeRepository {
  /** Reads HEAD, refs and config as files. Never runs git. */
  inspect(): Promise<HomeState>;
  /** Value of a ref by reading loose and packed refs. Never runs git. */
  findRef(ref: string): Promise<string | undefined>;
  fingerprint(slots: readonly SlotLocation[]): Promise<GitFingerprint>;
  /** Copies commit, tag, tree and blob objects that home lacks beyond `known` (null: home has none), loose, fsynced. A repeat is safe. */
  deliverObjects(options: { commit: CommitId; tag?: string; known: CommitId | null }): Promise<{
    readonly nObjects: number;
    /** Objects that home had under the right id with wrong bytes; the right bytes are there now. */
    readonly repaired: readonly string[];
  }>;
  /** Atomic compare-and-swap in home; no hook runs. */
  updateRefs(updates: readonly RefUpdate[]): Promise<RefOutcome>;
  /** Takes refs away that still name what is said, all or none; no hook runs. One that is gone counts as taken away. */
  removeRefs(refs: readonly { readonly ref: string; readonly object: string }[]): Promise<RefOutcome>;
  /** State of every path on which the trees differ. */
  comparePaths(before: GitTreeId, after: GitTreeId): Promise<readonly HomePath[]>;
  /**
   * Brings each path that is still `before` to `after` (write beside, fsync, rename; remove), re-checking each
   * just before. Anything else is left and returned in `kept`. Then refreshes home's index for the written paths only.
   */
  applyPaths(
    before: GitTreeId,
    after: GitTreeId,
  ): Promise<{
    readonly written: readonly string[];
    readonly kept: readonly string[];
    /** False when home's index was left as it is: another git holds its lock, or it is of a kind that is not written (split, sparse). */
    readonly indexRefreshed: boolean;
  }>;
  /** Tracked files that differ from the commit, and untracked ones that are not ignored; for `status`. */
  dirtyPaths(commit: CommitId): Promise<readonly string[]>;
  /**
   * Files of home that its own ignore rules name, that the commit does not have, and that `patterns` (the text of a file in the syntax of
   * gitignore) name too; sorted. Links are among them, nothing behind a link is. Reading rules runs nothing.
   */
  ignoredFiles(options: { commit: CommitId; patterns: string }): Promise<readonly string[]>;
  /**
   * Makes the lines a block of ours in `.git/info/exclude`, behind what is there; null takes the block away. Tracked ignore files stay as
   * they are. A repeat is safe.
   */
  exclude(lines: readonly string[] | null): Promise<void>;
  /**
   * Makes the slot a linked work tree of home, detached at the commit, with exactly the files of its tree,
   * no matter what was there: leftovers are moved to `trashDir`. Recycles what is unchanged. Returns how.
   */
  prepareSlot(options: {
    slot: SlotLocation;
    commit: CommitId;
    trashDir: string;
    keepIgnored?: readonly string[];
  }): Promise<{ readonly how: 'created' | 'recycled' | 'rebuilt'; readonly trashed: readonly string[] }>;
  /** Slots that exist on disk or in home's administration. */
  listSlots(): Promise<
    readonly { readonly name: string; readonly state: 'linked' | 'half' | 'missing'; readonly head: string | null }[]
  >;
  /** Every linked work tree of home, slots and the person's own, by name. */
  listWorktrees(): Promise<readonly WorktreeFacts[]>;
  /** Moves the slot to trash and forgets its administration. A repeat is safe. */
  removeSlot(options: { slot: SlotLocation; trashDir: string }): Promise<void>;
  clearStaleLocks(): Promise<readonly string[]>;
}

/** Somebody's work as it lies there. */
export interface WorkSource {
  readonly kind: SourceKind;
  /** Branch by its short name, or the top folder of the work tree. */
  readonly name: string;
  /** Top folder of the work tree; null for a branch by its name. */
  readonly dir: string | null;
  /** The repository whose objects hold `head`. */
  readonly gitDir: string;
  readonly head: CommitId;
  /** What is to be known: it is locked, on another branch, without a branch. One clause each. */
  readonly notes: readonly string[];
}

/**
 * Work of others, which is only ever read: no ref, index, file, time or lock of it is touched, and nothing in its
 * configuration, hooks, attributes or filters is obeyed.
 * Faults: `SOURCE_NOT_FOUND`, `SOURCE_REFUSED` for what is no work tree, bare, shallow, sparse, inside `.git`, or in the
 * middle of a merge or rebase, `NAME_INVALID` for a name that no branch can have.
 */
export interface WorkSources {
  /** Finds a branch of home, or the work tree around a folder. Reads plain files only. */
  find(asked: SourceAsked): Promise<WorkSource>;
  /** Stores the files as they lie in the work tree, whether committed or not; what an ignore file names and no commit or index holds stays out. */
  snapshot(options: {
    source: WorkSource;
    limits: SnapshotLimits;
    skip?: (path: string) => boolean;
  }): Promise<SnapshotOutcome>;
}

export type PushOutcome =
  | { readonly kind: 'moved' }
  /** `moved`: the ref there is not `from`. `rejected`: the remote does not take it; `said` is what it answered. */
  | { readonly kind: 'refused'; readonly ref: string; readonly reason: 'moved' | 'rejected'; readonly said: string };

/**
 * Repositories on other machines, or elsewhere on this one, that merges go to. `remote` is what orchestrate.yaml says: a
 * name in home's git configuration, which is read as text and for its address only, or an address. Everything is sent
 * from the store and taken into it; home's git is not run. No host's API is called.
 * Faults: `REMOTE_REFUSED` for an address that is not used, `REMOTE_UNREACHABLE` when there is no answer in time.
 */
export interface Remotes {
  /** Where the name leads, without passwords, for people. */
  addressOf(remote: string): Promise<string>;
  /** Commit that a branch there names, or undefined where there is none. */
  readBranch(options: { remote: string; branch: string }): Promise<CommitId | undefined>;
  /** Takes the branch as it is there into the store, as `refs/orchestrate/incoming/remote`. Undefined where there is none. */
  fetchBranch(options: { remote: string; branch: string }): Promise<CommitId | undefined>;
  /** Moves refs there, all or none, each only from its old value; objects that are lacking there go along. */
  push(options: { remote: string; updates: readonly RefUpdate[] }): Promise<PushOutcome>;
}
