import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import type { FingerprintDifference, GitFingerprint, SlotLocation } from '../../ports/git.ts';
import { parseConfigFile } from './config-file.ts';
import { decidesWhatRuns } from './dangerous-config.ts';
import type { HomePlace } from './home-place.ts';
import { plainFileMark, readPlainFile } from './plain-file.ts';
import { readPackedRefs } from './ref-files.ts';

/** Names in one folder that are looked at; an agent could make any number. */
const maxNames = 2_000;

const homeItems = [
  'info/attributes',
  'info/exclude',
  'info/grafts',
  'info/sparse-checkout',
  'objects/info/alternates',
  'objects/info/http-alternates',
  'shallow',
  'commondir',
  'gitdir',
];
/** What a work tree's administration says about where it is and what a git there would do next. */
const worktreeItems = [
  'gitdir',
  'commondir',
  'HEAD',
  'config.worktree',
  'MERGE_HEAD',
  'CHERRY_PICK_HEAD',
  'REVERT_HEAD',
  'BISECT_LOG',
  'AUTO_MERGE',
  'rebase-merge',
  'rebase-apply',
  'sequencer',
  'info/sparse-checkout',
  'hooks',
];

/**
 * Returns the marks of everything that decides what git would run or show. What a person's ordinary
 * commit, fetch or pack-refs changes is left out, so only tampering moves it.
 */
export function fingerprintHome(home: HomePlace, slots: readonly SlotLocation[]): GitFingerprint {
  const items: Record<string, string> = {};
  const add = (item: string, file: string): void => {
    const mark = plainFileMark(file);
    if (mark !== undefined) items[item] = mark;
  };
  const { gitDir } = home;
  add('.git', gitDir);
  for (const item of homeItems) add(item, path.join(gitDir, item));
  for (const item of ['config', 'config.worktree']) addConfig(item, path.join(gitDir, item), items);
  // Git runs no *.sample file.
  for (const name of namesIn(path.join(gitDir, 'hooks')))
    if (!name.endsWith('.sample')) add(`hooks/${name}`, path.join(gitDir, 'hooks', name));
  for (const name of namesIn(path.join(gitDir, 'worktrees'))) {
    const folder = path.join(gitDir, 'worktrees', name);
    const isFolder = readPlainFile(folder).kind === 'folder';
    if (!isFolder) add(`worktrees/${name}`, folder);
    else if (isElsewhere(home, folder)) continue;
    else for (const item of worktreeItems) add(`worktrees/${name}/${item}`, path.join(folder, item));
  }
  for (const slot of slots) add(`trees/${slot.name}/.git`, path.join(slot.dir, '.git'));
  addReplaceRefs(gitDir, items);
  return { items };
}

/** A work tree that a person or another tool has outside of `trees/`: it comes, goes and moves on as they like, and no git of ours or of a slot reads it. */
function isElsewhere(home: HomePlace, admin: string): boolean {
  const place = readPlainFile(path.join(admin, 'gitdir'), 8192);
  if (place.kind !== 'file') return false;
  const at = place.bytes.toString('utf8').trimEnd();
  return path.isAbsolute(at) && !path.resolve(at).startsWith(home.treesDir + path.sep);
}

/** Returns what moved between two fingerprints, sorted by item. Pure. */
export function compareFingerprints(before: GitFingerprint, after: GitFingerprint): readonly FingerprintDifference[] {
  const names = [...new Set([...Object.keys(before.items), ...Object.keys(after.items)])].sort();
  return names.flatMap((item): FingerprintDifference[] => {
    const old = Object.hasOwn(before.items, item) ? before.items[item] : undefined;
    const now = Object.hasOwn(after.items, item) ? after.items[item] : undefined;
    if (old === now) return [];
    return [{ item, kind: old === undefined ? 'added' : now === undefined ? 'removed' : 'changed' }];
  });
}

/** Marks each key that decides what git runs or shows, by itself: a person may set their name, or a branch's remote, at any time. */
function addConfig(item: string, file: string, items: Record<string, string>): void {
  const found = readPlainFile(file);
  if (found.kind === 'absent') return;
  if (found.kind !== 'file') {
    items[item] = plainFileMark(file) ?? found.kind;
    return;
  }
  for (const [key, values] of parseConfigFile(found.bytes.toString('utf8'))) {
    if (decidesWhatRuns(key, values))
      items[`${item}:${key}`] = createHash('sha256').update(JSON.stringify(values)).digest('hex');
  }
}

function addReplaceRefs(gitDir: string, items: Record<string, string>): void {
  const folder = path.join(gitDir, 'refs/replace');
  for (const name of namesIn(folder)) {
    const mark = plainFileMark(path.join(folder, name));
    if (mark !== undefined) items[`refs/replace/${name}`] = mark;
  }
  const packed = [...readPackedRefs(gitDir)].filter(([ref]) => ref.startsWith('refs/replace/'));
  if (packed.length === 0) return;
  items['packed-refs refs/replace/'] = createHash('sha256')
    .update(packed.map((pair) => pair.join(' ')).join('\n'))
    .digest('hex');
}

/** Returns the names in a folder, at most `maxNames`, none when it is no real folder. */
function namesIn(folder: string): readonly string[] {
  if (readPlainFile(folder).kind !== 'folder') return [];
  try {
    const names = fs.readdirSync(folder).sort();
    return names.slice(0, maxNames);
  } catch {
    return [];
  }
}
