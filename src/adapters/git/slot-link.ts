import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { Fault } from '../../base/fault.ts';
import type { SlotLocation } from '../../ports/git.ts';
import { Folder } from './folder.ts';
import type { HomePlace } from './home-place.ts';
import { encodeIndex, type IndexEntry } from './index-file.ts';
import { readPlainFile, readPlainText } from './plain-file.ts';
import type { Trash } from './trash.ts';

/** What the administration of a slot holds when nobody is at work in it; anything else was left by a git or an agent. */
const expected = new Set(['gitdir', 'commondir', 'HEAD', 'index', 'logs', 'locked']);

/** Returns the folder of a slot's administration below home's `.git`. */
export function adminDir(home: HomePlace, name: string): string {
  return path.join(home.gitDir, 'worktrees', name);
}

/** Returns the text of a slot's `.git` file. */
export function pointerText(home: HomePlace, name: string): string {
  return `gitdir: ${adminDir(home, name)}\n`;
}

/** Tells whether `.git` in the slot and the administration name each other, and HEAD is there. */
export function isLinked(home: HomePlace, slot: SlotLocation): boolean {
  const admin = adminDir(home, slot.name);
  return (
    readPlainText(path.join(slot.dir, '.git')) === pointerText(home, slot.name) &&
    readPlainText(path.join(admin, 'gitdir')) === `${path.join(slot.dir, '.git')}\n` &&
    readPlainText(path.join(admin, 'commondir')) === '../..\n' &&
    readPlainFile(path.join(admin, 'HEAD'), 4096).kind === 'file'
  );
}

/** Refuses a name whose administration belongs to a work tree that the person has elsewhere. */
export function refuseForeignAdmin(home: HomePlace, slot: SlotLocation): void {
  const admin = adminDir(home, slot.name);
  const pointer = readPlainText(path.join(admin, 'gitdir'))?.trimEnd();
  if (pointer === undefined || pointer === path.join(slot.dir, '.git') || !path.isAbsolute(pointer)) return;
  const back = readPlainText(pointer)?.trimEnd();
  if (back !== `gitdir: ${admin}`) return;
  throw new Fault('NAME_INVALID', `Home already has a work tree called ${slot.name}, at ${path.dirname(pointer)}.`, {
    hints: [`git worktree remove ${path.dirname(pointer)}`],
    state: 'Nothing was changed.',
  });
}

/** Writes the administration: detached at the commit, with an index that agrees with the files. What does not belong there goes to the trash. */
export function writeAdmin(
  home: HomePlace,
  slot: SlotLocation,
  commit: string,
  index: readonly IndexEntry[],
  trash: Trash,
): void {
  const gitDir = Folder.open(home.gitDir);
  const worktrees = closing(gitDir, () => gitDir.ensureFolder('worktrees'));
  const admin = closing(worktrees, () => {
    const there = worktrees.find(slot.name);
    if (there !== undefined && !there.isDirectory()) trash.take(worktrees, slot.name, `.git-administration`);
    return worktrees.ensureFolder(slot.name);
  });
  closing(admin, () => {
    for (const name of admin.names()) if (!expected.has(name)) trash.take(admin, name, `.git-administration/${name}`);
    putFile(admin, 'commondir', '../..\n', trash);
    putFile(admin, 'gitdir', `${path.join(slot.dir, '.git')}\n`, trash);
    putFile(admin, 'index', encodeIndex({ version: 2, entries: index, resolveUndo: undefined }), trash);
    putFile(admin, 'HEAD', `${commit}\n`, trash);
    admin.sync();
  });
}

/** Writes the slot's `.git` file; anything else of that name goes to the trash, unread. */
export function writePointer(home: HomePlace, slot: SlotLocation, root: Folder, trash: Trash): void {
  putFile(root, '.git', pointerText(home, slot.name), trash);
}

/** Makes the name a plain file with that content: left alone when it is, replaced whole otherwise. */
function putFile(folder: Folder, name: string, content: string | Buffer, trash: Trash): void {
  const wanted = Buffer.from(content as string);
  const there = folder.find(name);
  if (there !== undefined && !there.isFile())
    trash.take(folder, name, name === '.git' ? name : `.git-administration/${name}`);
  else if (there !== undefined) {
    const found = readPlainFile(folder.at(name), 1024 * 1024 * 1024);
    if (found.kind === 'file' && found.bytes.equals(wanted)) return;
  }
  const temporary = `${name}.new-${randomBytes(4).toString('hex')}`;
  const fd = fs.openSync(folder.at(temporary), 'wx', 0o644);
  try {
    for (let offset = 0; offset < wanted.length;) offset += fs.writeSync(fd, wanted, offset);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(folder.at(temporary), folder.at(name));
}

function closing<T>(folder: Folder, work: () => T): T {
  try {
    return work();
  } finally {
    folder.close();
  }
}
