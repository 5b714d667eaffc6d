import type { GitTreeId } from '../../base/ids.ts';
import type { App, Installation } from '../app.ts';
import { rowsOf } from '../views/journal-reader.ts';

/** Compares what lies somewhere with what runs wrote, byte by byte. */
export interface Written {
  /** Whether the file, or link, holds what the tree or any run's plan or change has at the path. */
  has(file: string, path: string, tree: GitTreeId | null): Promise<boolean>;
  /** Whether every file of a tree is such a one. */
  hasTree(tree: GitTreeId): Promise<boolean>;
}

/** What the trees of changes and the files of plans hold is read when the first file asks for it. Writes nothing. */
export function whatRunsWrote({ outside: { files } }: App, { ledger, store }: Installation): Written {
  const trees = new Map<GitTreeId, Promise<ReadonlyMap<string, string>>>();
  const blobsOf = (tree: GitTreeId): Promise<ReadonlyMap<string, string>> => {
    const known = trees.get(tree) ?? store.list(tree).then((all) => new Map(all.map(({ path, blob }) => [path, blob])));
    trees.set(tree, known);
    return known;
  };
  const drafted = (): readonly GitTreeId[] => [
    ...new Set(rowsOf(ledger, 'change.drafted').map(({ data }) => data.proposed as GitTreeId)),
  ];
  const planned = (path: string): readonly (string | null)[] =>
    rowsOf(ledger, 'plan.made').flatMap(({ data: { plan } }) => [
      ...(path === 'requirements.lock' ? [plan.lockText] : []),
      ...(path === 'requirements.in' ? [plan.requirementsText] : []),
      ...(plan.files ?? []).flatMap((one) => (one.path === path ? [one.text] : [])),
    ]);
  const hasBytes = async (bytes: Uint8Array, path: string, tree: GitTreeId | null): Promise<boolean> => {
    const tried = new Set<string>();
    const holds = async (one: GitTreeId): Promise<boolean> => {
      const blob = (await blobsOf(one)).get(path);
      if (blob === undefined || tried.has(blob)) return false;
      tried.add(blob);
      return isEqual(bytes, await store.readBlob(blob));
    };
    if (tree !== null && (await holds(tree))) return true;
    for (const one of drafted()) if (await holds(one)) return true;
    return planned(path).some((text) => text !== null && isEqual(bytes, new TextEncoder().encode(text)));
  };
  return {
    async has(file, path, tree) {
      const isLink = (await files.info(file))?.kind === 'link';
      const target = isLink ? await files.readLink(file) : undefined;
      const bytes = isLink ? new TextEncoder().encode(target ?? '') : await files.readBytes(file);
      return bytes !== undefined && hasBytes(bytes, path, tree);
    },
    async hasTree(tree) {
      for (const { path, blob } of await store.list(tree))
        if (!(await hasBytes(await store.readBlob(blob), path, null))) return false;
      return true;
    },
  };
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
