import {
  emptyTree,
  encodeTree,
  folderMode,
  objectId,
  parseTree,
  type ObjectType,
} from '../../src/adapters/git/object-format.ts';
import { asCommitId, asGitTreeId, type CommitId, type GitTreeId } from '../../src/base/ids.ts';
import type { CommitSpec, EntryMode, FileDifference, TreeEntry } from '../../src/ports/git.ts';

interface StoredObject {
  readonly type: ObjectType;
  readonly body: Buffer;
}

type Leaf = Omit<TreeEntry, 'path'>;

/** Objects of a repository, under the ids that git gives them. */
export class FakeObjects {
  readonly #objects = new Map<string, StoredObject>();

  has(id: string): boolean {
    return this.#objects.has(id);
  }

  get ids(): readonly string[] {
    return [...this.#objects.keys()];
  }

  write(type: ObjectType, body: Uint8Array): string {
    const id = objectId(type, body);
    this.#objects.set(id, { type, body: Buffer.from(body) });
    return id;
  }

  read(type: ObjectType, id: string): Buffer {
    if (id === emptyTree) return Buffer.alloc(0);
    const found = this.#objects.get(id);
    if (found?.type !== type) throw new Error(`no ${type} ${id}`);
    return found.body;
  }

  /** Takes over an object and everything that it leads to. */
  take(from: FakeObjects, id: string): number {
    const found = from.#objects.get(id);
    if (found === undefined || this.#objects.has(id)) return 0;
    this.#objects.set(id, found);
    let n = 1;
    for (const next of from.#referred(id, found)) n += this.take(from, next);
    return n;
  }

  tree(leaves: ReadonlyMap<string, Leaf>): GitTreeId {
    const below = new Map<string, Map<string, Leaf>>();
    const entries: { mode: string; name: string; id: string }[] = [];
    for (const [path, { mode, blob }] of leaves) {
      const slash = path.indexOf('/');
      if (slash < 0) {
        entries.push({ mode, name: path, id: blob });
        continue;
      }
      const folder = path.slice(0, slash);
      const rest = below.get(folder) ?? new Map<string, Leaf>();
      below.set(folder, rest.set(path.slice(slash + 1), { mode, blob }));
    }
    for (const [name, rest] of below) entries.push({ mode: folderMode, name, id: this.tree(rest) });
    return asGitTreeId(this.write('tree', encodeTree(entries)));
  }

  list(tree: GitTreeId): readonly TreeEntry[] {
    const files = this.#files(tree, '');
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  leaves(tree: GitTreeId): Map<string, Leaf> {
    return new Map(this.list(tree).map(({ path, mode, blob }) => [path, { mode, blob }]));
  }

  differences(before: GitTreeId, after: GitTreeId): readonly FileDifference[] {
    const [was, is] = [this.leaves(before), this.leaves(after)];
    const differences: FileDifference[] = [];
    for (const path of [...new Set([...was.keys(), ...is.keys()])].sort()) {
      const [a, b] = [was.get(path) ?? null, is.get(path) ?? null];
      if (a?.blob === b?.blob && a?.mode === b?.mode) continue;
      differences.push({ path, kind: a === null ? 'added' : b === null ? 'removed' : 'changed', before: a, after: b });
    }
    return differences;
  }

  commit({ tree, parents, message, author, atSeconds }: CommitSpec): CommitId {
    const who = `${author.name} <${author.email}> ${atSeconds} +0000`;
    const lines = [
      `tree ${tree}`,
      ...parents.map((id) => `parent ${id}`),
      `author ${who}`,
      `committer ${who}`,
      '',
      message,
    ];
    return asCommitId(this.write('commit', Buffer.from(lines.join('\n'))));
  }

  facts(commit: CommitId): { tree: GitTreeId; parents: readonly CommitId[]; message: string; atSeconds: number } {
    const text = this.read('commit', commit).toString();
    const [head = '', ...rest] = text.split('\n\n');
    const parents = [...head.matchAll(/^parent (.+)$/gm)].map(([, id]) => asCommitId(id ?? ''));
    return {
      tree: asGitTreeId(/^tree (.+)$/m.exec(head)?.[1] ?? ''),
      parents,
      message: rest.join('\n\n'),
      atSeconds: Number(/^committer .* (\d+) /m.exec(head)?.[1]),
    };
  }

  tag(options: { name: string; target: CommitId; message: string; atSeconds: number }): string {
    const { name, target, message, atSeconds } = options;
    const head = `object ${target}\ntype commit\ntag ${name}\ntagger orchestrate <orchestrate@localhost> ${atSeconds} +0000`;
    return this.write('tag', Buffer.from(`${head}\n\n${message}`));
  }

  readTag(id: string): { message: string; target: CommitId } {
    const text = this.read('tag', id).toString();
    const target = asCommitId(/^object (.+)$/m.exec(text)?.[1] ?? '');
    return { message: text.slice(text.indexOf('\n\n') + 2), target };
  }

  history(commit: CommitId, limit: number): readonly CommitId[] {
    const found: CommitId[] = [];
    for (
      let at: CommitId | undefined = commit;
      at !== undefined && found.length < limit;
      at = this.facts(at).parents[0]
    ) {
      found.push(at);
    }
    return found;
  }

  #files(tree: string, prefix: string): TreeEntry[] {
    return parseTree(this.read('tree', tree), tree).flatMap(({ mode, name, id }) =>
      mode === folderMode
        ? this.#files(id, `${prefix}${name}/`)
        : [{ path: `${prefix}${name}`, mode: mode as EntryMode, blob: id }],
    );
  }

  #referred(id: string, { type, body }: StoredObject): readonly string[] {
    switch (type) {
      case 'blob':
        return [];
      case 'tree':
        return parseTree(body, id).map((entry) => entry.id);
      case 'commit': {
        const { tree, parents } = this.facts(asCommitId(id));
        return [tree, ...parents];
      }
      case 'tag':
        return [this.readTag(id).target];
    }
  }
}
