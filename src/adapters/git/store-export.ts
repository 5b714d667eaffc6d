import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { CommitId } from '../../base/ids.ts';
import { syncFolder } from './object-writer.ts';
import { refProblem } from './path-rules.ts';
import { createStore } from './store-create.ts';
import type { StoreParts } from './store-parts.ts';

/**
 * Writes a bare repository of its own with the refs and everything that is reachable from them: whoever has the folder needs
 * nothing of ours any more. HEAD names the first ref, so that a clone shows something.
 */
export async function exportRefs(
  { door, gitDir }: StoreParts,
  refs: readonly { readonly ref: string; readonly commit: CommitId }[],
  to: string,
): Promise<void> {
  for (const { ref } of refs) {
    const problem = refProblem(ref);
    if (problem !== undefined) throw new Fault('NAME_INVALID', `The ref ${ref} is refused: ${problem}.`);
  }
  const [first] = refs;
  if (first === undefined) return;
  await createStore(to);
  await door.run({
    verb: 'pack-objects',
    args: ['--revs', path.join(to, 'objects/pack/pack')],
    gitDir,
    stdin: refs.map(({ commit }) => `${commit}\n`).join(''),
  });
  const sorted = refs.toSorted((a, b) => (a.ref < b.ref ? -1 : 1));
  await writeSynced(path.join(to, 'packed-refs'), sorted.map(({ ref, commit }) => `${commit} ${ref}\n`).join(''));
  await writeSynced(path.join(to, 'HEAD'), `ref: ${first.ref}\n`);
  for (const name of fs.readdirSync(path.join(to, 'objects/pack'))) syncFile(path.join(to, 'objects/pack', name));
  for (const folder of ['objects/pack', '.']) await syncFolder(path.join(to, folder));
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await fs.promises.open(file, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function syncFile(file: string): void {
  const handle = fs.openSync(file, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
