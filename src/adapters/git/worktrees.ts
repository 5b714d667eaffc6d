import * as fs from 'node:fs';
import * as path from 'node:path';

import type { WorktreeFacts } from '../../ports/git.ts';
import type { HomePlace } from './home-place.ts';
import { readPlainFile, readPlainText } from './plain-file.ts';
import { findRefInFiles } from './ref-files.ts';

/** Names of commits that gits note down on their way, relative to the administration. */
const notes = [
  'ORIG_HEAD',
  'MERGE_HEAD',
  'CHERRY_PICK_HEAD',
  'REVERT_HEAD',
  'REBASE_HEAD',
  'BISECT_HEAD',
  'AUTO_MERGE',
  'rebase-merge/orig-head',
  'rebase-merge/onto',
  'rebase-apply/orig-head',
] as const;
/** Newest lines of a log that are read: more have been passed over by the person again and again. */
const maxLogLines = 500;
const maxLogBytes = 4 * 1024 * 1024;

/** Reads every administration below `.git/worktrees`. What is no folder, or names no place, is left out. */
export function listWorktrees(home: HomePlace): readonly WorktreeFacts[] {
  const folder = path.join(home.gitDir, 'worktrees');
  if (readPlainFile(folder).kind !== 'folder') return [];
  return fs
    .readdirSync(folder)
    .sort()
    .flatMap((name) => factsOf(home, name) ?? []);
}

function factsOf(home: HomePlace, name: string): WorktreeFacts | undefined {
  const admin = path.join(home.gitDir, 'worktrees', name);
  const pointer = readPlainText(path.join(admin, 'gitdir'))?.trimEnd();
  if (pointer === undefined || path.basename(pointer) !== '.git') return undefined;
  const text = readPlainText(path.join(admin, 'HEAD'))?.trimEnd() ?? '';
  const branch = /^ref: (refs\/heads\/\S+)$/.exec(text)?.[1] ?? null;
  const named = branch === null ? text : (findRefInFiles(home.gitDir, branch) ?? '');
  const head = isId(named) ? named : null;
  const lock = readPlainFile(path.join(admin, 'locked'), 64 * 1024);
  const logged = readPlainFile(path.join(admin, 'logs/HEAD'), maxLogBytes);
  const lines = logged.kind === 'file' ? logged.bytes.toString('latin1').trimEnd().split('\n').slice(-maxLogLines) : [];
  const commits = [
    ...(head === null ? [] : [head]),
    ...notes.map((note) => readPlainText(path.join(admin, note))?.trim() ?? ''),
    ...lines.flatMap((line) => line.slice(0, 81).split(' ')),
  ];
  return {
    name,
    dir: path.dirname(path.resolve(admin, pointer)),
    head,
    branch,
    locked: lock.kind === 'absent' ? null : lock.kind === 'file' ? lock.bytes.toString('utf8').trim() : '',
    commits: [...new Set(commits)].filter((id) => isId(id) && !/^0+$/.test(id)),
  };
}

const isId = (text: string): boolean => /^[0-9a-f]{40}$/.test(text);
