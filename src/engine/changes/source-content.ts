import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { findEscapingLink } from '../../domain/bundles/escaping-link.ts';
import type { FileDifference } from '../../ports/index.ts';
import type { Engine } from '../engine.ts';

const nothing = 'Nothing was changed, and nothing there was touched.';
/** A pointer of Git LFS is text of three lines; anything larger is none (git-lfs spec). */
const maxPointerBytes = 1024;
const pointerStart = 'version https://git-lfs.github.com/spec/';
const decoder = new TextDecoder();

/** Refuses what a change cannot carry: links that lead out, pointers of Git LFS in place of files, attributes that convert. */
export async function refuseContent(
  engine: Engine,
  { tree, changed }: { tree: GitTreeId; changed: readonly FileDifference[] },
): Promise<void> {
  const { store } = engine;
  const [unsupported] = await store.findUnsupported(tree);
  if (unsupported) throw new Fault('SOURCE_REFUSED', `${unsupported.path} ${unsupported.reason}.`, { state: nothing });
  const files = await store.list(tree);
  const touched = new Set(changed.map((one) => one.path));
  const targets = new Map<string, string>();
  for (const { mode, blob } of files) {
    if (mode === '120000') targets.set(blob, decoder.decode(await store.readBlob(blob)));
  }
  const links = files.filter((one) => one.mode === '120000');
  // Links that home has already are not this change's; the others come first, so that the first found is one of them.
  const sorted = [...links].sort((a, b) => Number(touched.has(b.path)) - Number(touched.has(a.path)));
  const out = findEscapingLink(sorted, (blob) => targets.get(blob));
  const link = links.find((one) => one.path === out && touched.has(one.path));
  if (link)
    throw new Fault(
      'SOURCE_REFUSED',
      `${link.path} is a link that leads out of the tree, to ${JSON.stringify(targets.get(link.blob)?.slice(0, 200))}.`,
      { hints: ['Put the file itself there, or take the link away.'], state: nothing },
    );
  for (const { path, after } of changed) {
    if (after === null || after.mode === '120000') continue;
    const bytes = await store.readBlob(after.blob);
    if (bytes.length <= maxPointerBytes && decoder.decode(bytes).startsWith(pointerStart))
      throw new Fault('SOURCE_REFUSED', `${path} is a pointer of Git LFS, not the file.`, {
        hints: ['Models belong into the model folders, not into home (DESIGN: a home holds declarations).'],
        state: nothing,
      });
  }
}
