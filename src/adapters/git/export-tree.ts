import * as fs from 'node:fs';

import { Fault } from '../../base/fault.ts';
import type { GitTreeId } from '../../base/ids.ts';
import { Folder } from './folder.ts';
import type { StoreParts } from './store-parts.ts';
import { writeNewFiles } from './write-files.ts';

/** Writes all files of a tree below a folder that is absent or empty. */
export async function exportTree(parts: StoreParts, tree: GitTreeId, dir: string): Promise<void> {
  const files = await parts.trees.list(tree);
  fs.mkdirSync(dir, { recursive: true });
  const root = Folder.open(dir);
  try {
    if (root.names().length > 0) {
      throw new Fault('FILE_ACCESS', `The folder ${dir} is not empty.`, {
        state: 'Nothing was written.',
        data: { dir },
      });
    }
    await writeNewFiles({ root, files, reader: parts.reader, durability: 'synced' });
  } finally {
    root.close();
  }
}
