import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import { asGitTreeId } from '../../base/ids.ts';
import type { MergeOutcome, MergeSides } from '../../ports/git.ts';
import { encodeCommit, ourselves } from './commit-format.ts';
import { looseObjectPath, newObject } from './object-writer.ts';
import type { StoreParts } from './store-parts.ts';

/**
 * Merges two trees over a base without a work tree. git 2.39 takes the base from history only, so three small
 * commits that say just that are made in a folder of their own, beside the store.
 */
export async function mergeTrees(parts: StoreParts, { base, ours, theirs }: MergeSides): Promise<MergeOutcome> {
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

/**
 * Asks for many merges in one process (`merge-tree --stdin`, git 2.38 and newer: a line per merge, and no base in it, hence the small
 * commits). What git writes while it merges goes into a repository of its own that borrows from the store and is
 * removed afterwards: the store is not filled with files full of conflict marks.
 */
export async function findConflicts(
  parts: StoreParts,
  merges: readonly MergeSides[],
): Promise<readonly (readonly string[])[]> {
  const open = merges.flatMap((sides, index) => (isSettled(sides) ? [] : [{ ...sides, index }]));
  const found: (readonly string[])[] = merges.map(() => []);
  if (open.length === 0) return found;
  fs.mkdirSync(path.join(parts.scratchDir, 'merge'), { recursive: true, mode: 0o700 });
  const folder = fs.mkdtempSync(path.join(parts.scratchDir, 'merge', 'radar-'));
  try {
    borrowingRepository(folder, parts);
    const objects = path.join(folder, 'objects');
    const written = new Map<string, string>();
    const commit = (tree: string, parents: readonly string[]): string => {
      const key = [tree, ...parents].join(' ');
      const id = written.get(key) ?? writeCommit(objects, tree, parents);
      written.set(key, id);
      return id;
    };
    const lines = open.map(({ base, ours, theirs }) => {
      const root = commit(base, []);
      return `${commit(ours, [root])} ${commit(theirs, [root])}\n`;
    });
    const result = await parts.door.run({
      verb: 'merge-tree',
      args: ['--write-tree', '--no-messages', '--name-only', '-z', '--stdin'],
      gitDir: folder,
      alternates: [path.join(parts.gitDir, 'objects')],
      stdin: lines.join(''),
    });
    const answers = readAnswers(result.stdout.toString('utf8'));
    if (answers.length !== open.length)
      throw new Fault('GIT_FAILED', `git merge-tree answered ${answers.length} of ${open.length} merges.`, {
        state: 'Nothing was changed.',
      });
    for (const [at, { index }] of open.entries()) found[index] = answers[at] ?? [];
    return found;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

const isSettled = ({ base, ours, theirs }: MergeSides): boolean => ours === base || theirs === base || ours === theirs;

function borrowingRepository(folder: string, { gitDir }: StoreParts): void {
  for (const inner of ['objects/info', 'refs', 'info']) fs.mkdirSync(path.join(folder, inner), { recursive: true });
  // The same attributes as the store: else a file of an agent could choose how it is merged.
  fs.copyFileSync(path.join(gitDir, 'info/attributes'), path.join(folder, 'info/attributes'));
  fs.writeFileSync(path.join(folder, 'HEAD'), 'ref: refs/heads/none\n');
  fs.writeFileSync(path.join(folder, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
}

/** `1`, tree, nothing for a clean merge; `0`, tree, paths, nothing for another; NUL after each. */
function readAnswers(text: string): readonly (readonly string[])[] {
  const answers: (readonly string[])[] = [];
  const parts = text.split('\0');
  for (let at = 0; at + 2 < parts.length;) {
    const isClean = parts[at] === '1';
    const end = parts.indexOf('', at + 2);
    if (end === -1) break;
    answers.push(isClean ? [] : [...new Set(parts.slice(at + 2, end))].sort());
    at = end + 1;
  }
  return answers;
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
