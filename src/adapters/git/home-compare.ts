import type { FileDifference, HomePath } from '../../ports/git.ts';
import type { Folder } from './folder.ts';
import { errnoOf } from './git-failure.ts';
import { entryContent, stageOf, type IndexFile } from './index-file.ts';
import { readWorkFile, type WorkFile } from './work-file.ts';

export interface ComparedPath {
  readonly difference: FileDifference;
  readonly is: HomePath['is'];
  readonly file: WorkFile;
}

/** Compares home's files with the two sides of each difference. The answer for a path may rest on that of others. */
export class HomeComparison {
  readonly #root: Folder;
  readonly #differences: ReadonlyMap<string, FileDifference>;
  readonly #staged: ReadonlyMap<string, { readonly mode: string; readonly blob: string } | 'conflict'> | undefined;
  readonly #hasFileModes: boolean;
  /** Folders that the new tree has and that hold something it changes. */
  readonly #newFolders = new Set<string>();

  constructor(options: {
    readonly root: Folder;
    readonly differences: readonly FileDifference[];
    readonly index: IndexFile | undefined;
    readonly hasFileModes: boolean;
  }) {
    this.#root = options.root;
    this.#differences = new Map(options.differences.map((difference) => [difference.path, difference]));
    this.#hasFileModes = options.hasFileModes;
    for (const { path, after } of options.differences) {
      for (let slash = path.lastIndexOf('/'); after !== null && slash > 0; slash = path.lastIndexOf('/', slash - 1))
        this.#newFolders.add(path.slice(0, slash));
    }
    this.#staged = options.index === undefined ? undefined : stagedContents(options.index);
  }

  /** Looks at one of the paths, afresh. */
  compare(path: string): ComparedPath {
    const difference = this.#differences.get(path);
    if (difference === undefined) throw new Error(`no difference at ${path}`);
    const file = readWorkFile(this.#root, path);
    const is = this.#classify(difference, file);
    return { difference, file, is: is === 'before' && !this.#isStagedAs(difference) ? 'other' : is };
  }

  #classify({ path, before, after }: FileDifference, file: WorkFile): HomePath['is'] {
    switch (file.kind) {
      case 'absent':
        return before === null ? 'before' : after === null ? 'after' : 'other';
      case 'file':
        if (this.#equals(before, file)) return 'before';
        return this.#equals(after, file) ? 'after' : 'other';
      case 'folder':
        if (after === null) return this.#newFolders.has(path) ? 'after' : 'other';
        return before === null && this.#goesAway(path) ? 'before' : 'other';
      case 'blocked':
        return this.#classifyBlocked(file.by, before === null, after === null);
      case 'other':
        return 'other';
    }
  }

  /** A file or link stands where a folder of this path should be. */
  #classifyBlocked(by: string, isAdded: boolean, isRemoved: boolean): HomePath['is'] {
    const inTheWay = this.#differences.get(by);
    if (inTheWay === undefined) return 'other';
    const { is } = this.compare(by);
    if (isAdded && inTheWay.after === null && is === 'before') return 'before';
    return isRemoved && inTheWay.before === null && is === 'after' ? 'after' : 'other';
  }

  /** Tells whether everything in a folder is a file that the change removes and nobody has edited. */
  #goesAway(folder: string): boolean {
    let names: readonly string[];
    const opened = openFolder(this.#root, folder);
    if (opened === undefined) return false;
    try {
      names = opened.names();
    } catch (error) {
      if (errnoOf(error) === 'EACCES') return false;
      throw error;
    } finally {
      opened.close();
    }
    return names.every((name) => {
      const path = `${folder}/${name}`;
      const difference = this.#differences.get(path);
      if (difference !== undefined && difference.after === null) return this.compare(path).is === 'before';
      return difference === undefined && readWorkFile(this.#root, path).kind === 'folder' && this.#goesAway(path);
    });
  }

  #equals(side: HomePath['before'], file: Extract<WorkFile, { kind: 'file' }>): boolean {
    if (side === null || side.blob !== file.blob) return false;
    if (side.mode === '120000' || file.mode === '120000') return side.mode === file.mode;
    return !this.#hasFileModes || side.mode === file.mode;
  }

  /** What the person has staged is theirs, whatever the file holds. */
  #isStagedAs({ path, before, after }: FileDifference): boolean {
    if (this.#staged === undefined) return true;
    const staged = this.#staged.get(path);
    if (staged === 'conflict') return false;
    const matches = (side: HomePath['before']): boolean =>
      side === null
        ? staged === undefined
        : staged !== undefined && staged.blob === side.blob && staged.mode === side.mode;
    return matches(before) || matches(after);
  }
}

function openFolder(root: Folder, path: string): Folder | undefined {
  let current = root;
  for (const step of path.split('/')) {
    try {
      const next = current.folder(step);
      if (current !== root) current.close();
      current = next;
    } catch {
      if (current !== root) current.close();
      return undefined;
    }
  }
  return current;
}

function stagedContents(
  index: IndexFile,
): ReadonlyMap<string, { readonly mode: string; readonly blob: string } | 'conflict'> {
  return new Map(
    index.entries.map((entry) => [entry.path, stageOf(entry) === 0 ? entryContent(entry) : ('conflict' as const)]),
  );
}
