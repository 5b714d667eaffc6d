import { z } from 'zod';

import { Fault } from '../base/fault.ts';
import type { GitTreeId } from '../base/ids.ts';
import type { BundledFile } from '../domain/bundles/bundle-tree.ts';
import { findEscapingLink } from '../domain/bundles/escaping-link.ts';
import { parseLock } from '../domain/environments/lock.ts';
import { takenRef } from '../domain/instances/component-files.ts';
import { parseComponents } from '../domain/instances/components.ts';
import { bytesText } from '../domain/plans/amounts.ts';
import { readBundle, requireTree, treeOfPath, unsound, type ReadBundle } from './_bundle.ts';
import { type ActionContext, defineAction } from './_context.ts';

const input = z.object({ file: z.string(), digest: z.string() });
const output = z.object({
  key: z.string(),
  digest: z.string(),
  nComponents: z.number().int(),
  nFiles: z.number().int(),
  nWheels: z.number().int(),
  wheelsBytes: z.number().int(),
});

/**
 * Takes the wheels and the component trees of the planned bundle in. It is read whole and checked once before anything
 * is taken, and every part again when it is. A repeat is safe.
 */
export const bundleImport = defineAction({
  id: 'bundle.import',
  summary: 'Take in the wheels and the components of the bundle',
  effect: 'write',
  input,
  output,
  async run(context, { file, digest }) {
    const bundle = await readBundle(context, file);
    requirePlanned(bundle, digest);
    const saveDir = `${context.paths.work}/incoming-${context.run}`;
    await context.files.remove(saveDir);
    await context.files.ensureDir(saveDir);
    try {
      return await takeParts(context, bundle, saveDir);
    } finally {
      await context.files.remove(saveDir);
    }
  },
  describe: ({ nComponents, nFiles, nWheels, wheelsBytes, key }) =>
    `${nComponents} components with ${nFiles} files and ${nWheels} wheels (${bytesText(wheelsBytes)}) of the bundle signed by ${key.slice(0, 12)}`,
});

/** The plan was made for one bundle: the file may be another one by now. */
function requirePlanned({ file, head }: ReadBundle, digest: string): void {
  if (head.digest === digest) return;
  throw new Fault('BUNDLE_INVALID', `${file} is another bundle now than the one that the plan was made for.`, {
    hints: ['Run the goal again: it makes a plan for the bundle as it is now.'],
    state: 'Nothing of it was used.',
  });
}

/** Blobs wait in memory up to this much before they are stored together. */
const batchBytes = 32 * 1024 * 1024;

async function takeParts(context: ActionContext, bundle: ReadBundle, saveDir: string) {
  const { store, files, paths, bundles, signal } = context;
  const components = parseComponents(bundle.texts['components.lock']);
  const trees = new Map<GitTreeId, readonly BundledFile[]>();
  const wanted = new Set<string>(components.map((one) => `trees/${one.tree}`));
  const linkBlobs = new Set<string>();
  const linkTargets = new Map<string, string>();
  const names = wheelNames(bundle);
  let batch: Uint8Array[] = [];
  let nBatchBytes = 0;
  const flush = async (): Promise<void> => {
    await store.writeBlobs(batch);
    batch = [];
    nBatchBytes = 0;
  };
  let nWheels = 0;
  let wheelsBytes = 0;
  const head = await bundles.scan(bundle.file, {
    signal,
    saveDir,
    want: ({ path, sha256 }) =>
      path.startsWith('wheels/') ? (names.has(sha256) ? 'file' : 'nothing') : wanted.has(path) ? 'bytes' : 'nothing',
    take: async (part) => {
      if ('file' in part) {
        const dir = `${paths.wheels}/${part.entry.sha256}`;
        await files.ensureDir(dir);
        await files.rename(part.file, `${dir}/${names.get(part.entry.sha256) ?? ''}`);
        nWheels += 1;
        wheelsBytes += part.entry.sizeBytes;
        return;
      }
      const tree = treeOfPath(part.entry.path);
      if (tree !== undefined) {
        const list = requireTree(part.bytes, bundle.file);
        trees.set(tree, list);
        for (const { blob, mode } of list) {
          wanted.add(`blobs/${blob}`);
          if (mode === '120000') linkBlobs.add(blob);
        }
        return;
      }
      const blob = part.entry.path.slice('blobs/'.length);
      if (linkBlobs.has(blob)) linkTargets.set(blob, new TextDecoder().decode(part.bytes));
      batch.push(part.bytes);
      nBatchBytes += part.bytes.length;
      if (nBatchBytes > batchBytes) await flush();
    },
  });
  await flush();
  requirePlanned({ ...bundle, head }, bundle.head.digest);
  for (const [tree, list] of trees) {
    const link = findEscapingLink(list, (blob) => linkTargets.get(blob));
    if (link !== undefined) throw unsound(bundle.file, `the link ${link} leads out of its component`);
    await adoptTree(context, bundle, tree, list);
  }
  return {
    key: head.fingerprint,
    digest: head.digest,
    nComponents: components.length,
    nFiles: [...trees.values()].reduce((sum, list) => sum + list.length, 0),
    nWheels,
    wheelsBytes,
  };
}

/** File names of the wheels by hash, as the lock names them: nothing else is taken. */
function wheelNames({ texts }: ReadBundle): ReadonlyMap<string, string> {
  const packages = parseLock({ file: 'requirements.lock', text: texts['requirements.lock'] });
  return new Map(packages.flatMap(({ sha256, file }) => sha256.map((one) => [one, file] as const)));
}

/** The id of a tree is computed from what was stored: a list that is not that tree's cannot pass for it. */
async function adoptTree(
  { store }: ActionContext,
  { file }: ReadBundle,
  tree: GitTreeId,
  list: readonly BundledFile[],
): Promise<void> {
  if ((await store.writeTree(list)) !== tree) throw unsound(file, `the files of tree ${tree.slice(0, 12)} are others`);
  const ref = takenRef(tree);
  if ((await store.findRef(ref)) !== undefined) return;
  const commit = await store.commit({
    tree,
    parents: [],
    message: 'component of a bundle\n',
    author: { name: 'orchestrate', email: 'orchestrate@localhost' },
    atSeconds: 0,
  });
  await store.updateRefs([{ ref, from: null, to: commit }]);
}
