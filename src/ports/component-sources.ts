import type { CommitId, GitTreeId } from '../base/ids.ts';

/** A name under which a source offers a commit. */
export interface SourceVersion {
  /** Full name: `refs/tags/v0.8.0`, `refs/heads/master`. */
  readonly ref: string;
  /** `v0.8.0`, `master`. */
  readonly name: string;
  readonly kind: 'tag' | 'branch';
  /** A tag is followed to its commit. */
  readonly commit: CommitId;
  /** The branch that the source's HEAD names. */
  readonly isDefault: boolean;
}

/**
 * Where components come from: other people's git repositories. A source is an `https://` address or a local path
 * (`/…`, `file:///…`) out of components.lock, never text of a pack. Git is started through the one door with an
 * environment from nothing; no helper for credentials, no hook, no submodule, no filter takes part.
 * Faults: `COMPONENT_SOURCE_REFUSED` (any other kind of address), `COMPONENT_SOURCE_UNREACHABLE`, `GIT_TIMEOUT`.
 */
export interface ComponentSources {
  /** Tags and branch heads, in the order of their full names. Downloads names only. */
  versions(source: string): Promise<readonly SourceVersion[]>;
  /**
   * Brings the files of one commit into the trusted store, without its history, through a scratch repository of its own:
   * nothing reaches the store before every object was hashed and the files were looked through. Refused are submodules,
   * filters and LFS, links that lead out of the component, names that fold together, too many or too large files.
   * Writes `refs/orchestrate/incoming/commit-<commit>`; nothing of it can be composed before a plan that names it is
   * approved. With `ref` the commit has to be what that name stands for. A repeat is safe, and needs no network when
   * the tree is there.
   * Faults: those above, `COMPONENT_VERSION_NOT_FOUND`, `COMPONENT_REWRITTEN` (the name stands for another commit than
   * asked for, or a tag than when it was first fetched), `COMPONENT_CONTENT_REFUSED`, `DISK_FULL`.
   */
  fetchCommit(options: {
    source: string;
    commit: CommitId;
    ref: string | null;
  }): Promise<{ readonly commit: CommitId; readonly tree: GitTreeId }>;
}
