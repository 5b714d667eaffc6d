import * as fs from 'node:fs';
import * as path from 'node:path';

import { asGitTreeId, type GitTreeId } from '../../base/ids.ts';
import type { MergeOutcome } from '../../ports/git.ts';
import { encodeCommit, ourselves } from './commit-format.ts';
import { looseObjectPath, newObject } from './object-writer.ts';
import type { StoreParts } from './store-parts.ts';

/**
 * Merges two trees over a base without a work tree. git 2.39 takes the base from history only, so three small
 * commits that say just that are made in a folder of their own, beside the store.
 */
export async function mergeTrees(
  parts: StoreParts,
  options: { readonly base: GitTreeId; readonly ours: GitTreeId; readonly theirs: GitTreeId },
): Promise<MergeOutcome> {
  const { base, ours, theirs } = options;
  if (ours === base || ours === theirs) return { kind: 'clean', tree: theirs };
  if (theirs === base) return { kind: 'clean', tree: ours };
  fs.mkdirSync(path.join(parts.scratchDir, 'merge'), { recursive: true, mode: 0o700 });
  const folder = fs.mkdtempSync(path.join(parts.scratchDir, 'merge', 'commits-'));
  try {
    const root = writeCommit(folder, base, []);
    const result = await parts.door.run({
      verb: 'merge-tree',
      args: [
        '--write-tree',
        '--no-messages',
        '--name-only',
        '-z',
        writeCommit(folder, ours, [root]),
        writeCommit(folder, theirs, [root]),
      ],
      gitDir: parts.gitDir,
      alternates: [folder],
      answers: [0, 1],
    });
    const [tree = '', ...paths] = result.stdout
      .toString('utf8')
      .split('\0')
      .filter((part) => part !== '');
    if (result.exitCode === 0) return { kind: 'clean', tree: asGitTreeId(tree.trim()) };
    return { kind: 'conflict', paths: [...new Set(paths)].sort() };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function writeCommit(folder: string, tree: string, parents: readonly string[]): string {
  const body = encodeCommit({
    tree,
    parents,
    author: ourselves,
    committer: ourselves,
    atSeconds: 0,
    message: 'for merging only',
  });
  const { id, file } = newObject('commit', body);
  const target = looseObjectPath(folder, id);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, file);
  return id;
}
