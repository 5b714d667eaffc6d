import * as fs from 'node:fs';
import * as path from 'node:path';

import type { GitTreeId } from '../../base/ids.ts';
import { encodeCommit, ourselves } from './commit-format.ts';
import { encodeIndex, type IndexEntry } from './index-file.ts';
import { newObject, writeLooseObjects } from './object-writer.ts';
import { createStore } from './store-create.ts';
import type { StoreParts } from './store-parts.ts';

/** Written by hand like the store's: whoever works there may commit, and no hook or filter of anybody is in it. */
const config = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	logAllRefUpdates = true
[user]
	name = agent
	email = agent@localhost
[commit]
	gpgSign = false
[gc]
	auto = 0
[maintenance]
	auto = false
`;

const branch = 'refs/heads/work';

/**
 * Writes a repository for programs that want one: one commit with the tree, its branch, and an index that names the tree's files. Nothing
 * leads from it to the store or to home, and nothing of it is ever read back. Not synced: it is thrown away.
 */
export async function exportForWork({ door, gitDir, trees }: StoreParts, tree: GitTreeId, to: string): Promise<void> {
  await createStore(to);
  await door.run({
    verb: 'pack-objects',
    args: ['--revs', path.join(to, 'objects/pack/pack')],
    gitDir,
    stdin: `${tree}\n`,
  });
  const who = { author: ourselves, committer: ourselves, atSeconds: 0 };
  const commit = newObject('commit', encodeCommit({ tree, parents: [], message: 'as it was given\n', ...who }));
  await writeLooseObjects(path.join(to, 'objects'), [commit]);
  const entries = (await trees.list(tree)).map(({ path: file, mode, blob }) => unlookedAt(file, mode, blob));
  fs.writeFileSync(path.join(to, 'index'), encodeIndex({ version: 2, entries, resolveUndo: undefined }));
  fs.writeFileSync(path.join(to, 'packed-refs'), `${commit.id} ${branch}\n`);
  fs.writeFileSync(path.join(to, 'config'), config);
  fs.writeFileSync(path.join(to, 'HEAD'), `ref: ${branch}\n`);
}

/** An entry whose stat data fit no file: the first git that looks compares the content, and puts them right. */
function unlookedAt(file: string, mode: string, blob: string): IndexEntry {
  const fixed = Buffer.alloc(60);
  fixed.writeUInt32BE(Number.parseInt(mode, 8), 24);
  fixed.write(blob, 40, 'hex');
  return { path: file, fixed, flags: 0, extendedFlags: 0 };
}
