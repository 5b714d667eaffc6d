import { Fault } from '../base/fault.ts';
import { asGitTreeId, type GitTreeId } from '../base/ids.ts';
import { absolutePath } from '../base/paths.ts';
import { type BundleBody, parseBundleBody } from '../domain/bundles/bundle-body.ts';
import { type BundledFile, parseBundleTree } from '../domain/bundles/bundle-tree.ts';
import type { BundleHead, Bundles } from '../ports/index.ts';

/** Files of home that a bundle proposes; everything else of home stays as it is on this machine. */
const proposed = ['requirements.in', 'requirements.lock', 'components.lock'] as const;

const evidencePath = 'evidence.jsonl';

export interface ReadBundle {
  readonly file: string;
  readonly head: BundleHead;
  readonly body: BundleBody;
  /** Text of each proposed file. */
  readonly texts: Readonly<Record<(typeof proposed)[number], string>>;
  /** Journal rows of where it was made, one a line. */
  readonly evidenceText: string;
  /** The wheels in it, by hash. */
  readonly wheels: ReadonlyMap<string, number>;
}

/**
 * Reads a bundle whole, every hash and the signature checked, and returns what it proposes. A relative path is taken
 * from home. Faults: `BUNDLE_INVALID`, `USAGE_BAD_ARGUMENT` without a file.
 */
export async function readBundle(
  { bundles, paths, signal }: { bundles: Bundles; paths: { readonly home: string }; signal: AbortSignal },
  path: string,
): Promise<ReadBundle> {
  if (path === '') {
    throw new Fault('USAGE_BAD_ARGUMENT', 'Nobody said which bundle.', {
      hints: ['orchestrate run "adopt bundle" --set file=/path/to/file'],
      state: 'Nothing was changed.',
    });
  }
  const file = absolutePath(paths.home, path);
  const wanted = new Map<string, string>();
  const texts = new Map<string, string>();
  let home: string | undefined;
  const head = await bundles.scan(file, {
    signal,
    // Home's tree comes first: it says which blobs hold the proposed files.
    want: (entry) =>
      home === undefined || entry.path === evidencePath || wanted.has(entry.path) ? 'bytes' : 'nothing',
    take: async (part) => {
      if (!('bytes' in part)) return;
      const text = new TextDecoder().decode(part.bytes);
      const name = part.entry.path === evidencePath ? evidencePath : wanted.get(part.entry.path);
      if (name !== undefined) texts.set(name, text);
      if (home !== undefined) return;
      home = part.entry.path;
      for (const one of parseBundleTree(text) ?? [])
        if (proposed.some((known) => known === one.path)) wanted.set(`blobs/${one.blob}`, one.path);
    },
  });
  const body = parseBundleBody(head.body, file);
  if (home !== `trees/${body.point.tree}`) throw unsound(file, 'the files of its home do not come first');
  const text = (name: (typeof proposed)[number]): string => {
    const found = texts.get(name);
    if (found === undefined) throw unsound(file, `its home has no ${name}`);
    return found;
  };
  return {
    file,
    head,
    body,
    texts: {
      'requirements.in': text('requirements.in'),
      'requirements.lock': text('requirements.lock'),
      'components.lock': text('components.lock'),
    },
    evidenceText: texts.get(evidencePath) ?? '',
    wheels: new Map(
      head.entries.filter((one) => one.path.startsWith('wheels/')).map((one) => [one.sha256, one.sizeBytes]),
    ),
  };
}

/** Reads the list of a tree that is a part. */
export function requireTree(bytes: Uint8Array, file: string): readonly BundledFile[] {
  const files = parseBundleTree(new TextDecoder().decode(bytes));
  if (files === undefined) throw unsound(file, 'a list of files in it cannot be read');
  return files;
}

/** Returns the tree that a path of the bundle names, or undefined for other parts. */
export function treeOfPath(path: string): GitTreeId | undefined {
  const id = /^trees\/([0-9a-f]{40})$/.exec(path)?.[1];
  return id === undefined ? undefined : asGitTreeId(id);
}

/** Signed, and yet not what a bundle is: whoever signed it made it with something else. */
export const unsound = (file: string, what: string): Fault =>
  new Fault('BUNDLE_INVALID', `${file} is signed, but no sound bundle: ${what}.`, { state: 'Nothing of it was used.' });
