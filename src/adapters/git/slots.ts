import * as fs from 'node:fs';
import * as path from 'node:path';

import type { CommitId } from '../../base/ids.ts';
import type { SlotLocation } from '../../ports/git.ts';
import { Folder } from './folder.ts';
import { checkSlotName, type HomePlace } from './home-place.ts';
import { readPlainFile, readPlainText } from './plain-file.ts';
import { bringToTree } from './slot-files.ts';
import { adminDir, isLinked, pointerText, refuseForeignAdmin, writeAdmin, writePointer } from './slot-link.ts';
import { commitFacts } from './store-history.ts';
import { statCache } from './store-parts.ts';
import { Trash } from './trash.ts';

/** Returns the cache key under which a slot's files are remembered; a snapshot that is given it hashes only what an agent touched. */
export function slotCacheKey(name: string): string {
  return `slot:${name}`;
}

/**
 * Makes the slot a linked work tree with exactly the files of the commit. Nothing of an agent's is obeyed: no git runs,
 * the administration and `.git` are written anew where they differ. After a kill a repeat finishes the work.
 */
export async function prepareSlot(
  home: HomePlace,
  options: {
    readonly slot: SlotLocation;
    readonly commit: CommitId;
    readonly trashDir: string;
    readonly keepIgnored?: readonly string[];
  },
): Promise<{ readonly how: 'created' | 'recycled' | 'rebuilt'; readonly trashed: readonly string[] }> {
  const { slot, commit } = options;
  checkSlotName(slot);
  const { tree } = await commitFacts(home.parts, commit);
  refuseForeignAdmin(home, slot);
  const wasLinked = isLinked(home, slot);
  const wasThere =
    fs.lstatSync(slot.dir, { throwIfNoEntry: false }) !== undefined || fs.existsSync(adminDir(home, slot.name));
  const trash = new Trash(options.trashDir, slot.name);
  const root = openSlot(slot, trash);
  try {
    // A pointer that leads elsewhere is taken away before the files come: a git of the person must not be misled.
    const there = root.find('.git');
    if (there !== undefined && readPlainText(root.at('.git')) !== pointerText(home, slot.name))
      trash.take(root, '.git', '.git');
    const cache = statCache(home.parts, slotCacheKey(slot.name), slot.dir);
    const files = await bringToTree(home.parts, { root, tree, trash, cache, keep: options.keepIgnored ?? [] });
    writeAdmin(home, slot, commit, files.index, trash);
    writePointer(home, slot, root, trash);
  } finally {
    root.close();
  }
  return { how: wasLinked ? 'recycled' : wasThere ? 'rebuilt' : 'created', trashed: trash.taken };
}

/** Returns the slots that exist on disk in their folder or in home's administration with a place there. */
export function listSlots(
  home: HomePlace,
): readonly { readonly name: string; readonly state: 'linked' | 'half' | 'missing'; readonly head: string | null }[] {
  const trees = home.treesDir;
  const names = new Set<string>();
  for (const entry of entriesOf(trees)) if (entry.isDirectory() && !entry.name.startsWith('.')) names.add(entry.name);
  for (const entry of entriesOf(path.join(home.gitDir, 'worktrees'))) {
    const place = readPlainText(path.join(home.gitDir, 'worktrees', entry.name, 'gitdir'))?.trimEnd();
    // A work tree that the person has elsewhere is none of ours.
    if (place === undefined || place === path.join(trees, entry.name, '.git')) names.add(entry.name);
  }
  return [...names].sort().map((name) => {
    const slot = { name, dir: path.join(trees, name) };
    const isThere = readPlainFile(slot.dir).kind === 'folder';
    const head = readPlainText(path.join(adminDir(home, name), 'HEAD'))?.trimEnd() ?? '';
    return {
      name,
      state: !isThere ? 'missing' : isLinked(home, slot) ? 'linked' : 'half',
      head: /^[0-9a-f]{40}$/.test(head) ? head : null,
    };
  });
}

/** Moves a slot's folder and administration to the trash. A repeat finds nothing to do. */
export function removeSlot(home: HomePlace, options: { readonly slot: SlotLocation; readonly trashDir: string }): void {
  const { slot } = options;
  checkSlotName(slot);
  refuseForeignAdmin(home, slot);
  const trash = new Trash(options.trashDir, slot.name);
  // The folder first: an administration without a folder is what git itself prunes.
  takeFrom(path.dirname(slot.dir), path.basename(slot.dir), 'slot', trash);
  takeFrom(path.join(home.gitDir, 'worktrees'), slot.name, '.git-administration', trash);
}

function takeFrom(dir: string, name: string, relative: string, trash: Trash): void {
  if (readPlainFile(dir).kind !== 'folder') return;
  const folder = Folder.open(dir);
  try {
    if (folder.find(name) !== undefined) trash.take(folder, name, relative);
  } finally {
    folder.close();
  }
}

/** Opens the slot's folder, made when absent; a link or file of that name goes to the trash. */
function openSlot(slot: SlotLocation, trash: Trash): Folder {
  fs.mkdirSync(path.dirname(slot.dir), { recursive: true });
  const parent = Folder.open(path.dirname(slot.dir));
  try {
    const name = path.basename(slot.dir);
    const there = parent.find(name);
    if (there !== undefined && !there.isDirectory()) trash.take(parent, name, `${name}.in-the-way`);
    return parent.ensureFolder(name);
  } finally {
    parent.close();
  }
}

function entriesOf(folder: string): readonly fs.Dirent[] {
  return readPlainFile(folder).kind === 'folder' ? fs.readdirSync(folder, { withFileTypes: true }) : [];
}
