import { z } from 'zod';

/** A file of a tree, as git knows it. */
export interface BundledFile {
  readonly path: string;
  readonly mode: '100644' | '100755' | '120000';
  /** Blob id. */
  readonly blob: string;
}

const treeShape = z
  .array(
    z.strictObject({
      path: z.string().min(1).max(4096),
      mode: z.enum(['100644', '100755', '120000']),
      blob: z.string().regex(/^[0-9a-f]{40}$/),
    }),
  )
  .max(100_000);

export const printBundleTree = (files: readonly BundledFile[]): string =>
  JSON.stringify(files.map(({ path, mode, blob }) => ({ path, mode, blob })));

/** Returns the files of a tree, or undefined when the text is no list of them. Paths are judged by whoever writes the tree. */
export function parseBundleTree(text: string): readonly BundledFile[] | undefined {
  try {
    return treeShape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
