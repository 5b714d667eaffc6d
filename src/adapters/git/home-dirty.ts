import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import type { CommitId } from '../../base/ids.ts';
import type { TreeEntry } from '../../ports/git.ts';
import { openParent } from './folder-paths.ts';
import { Folder } from './folder.ts';
import { hasFileModes, type HomePlace } from './home-place.ts';
import { encodeIndex, indexEntry } from './index-file.ts';
import { objectId } from './object-format.ts';
import { readPlainFile } from './plain-file.ts';
import type { StatCache } from './stat-cache.ts';
import { readSteadyFile } from './steady-file.ts';
import { commitFacts } from './store-history.ts';
import { statCache } from './store-parts.ts';

/** Returns tracked files that differ from the commit and untracked ones that home's own ignore files do not name. */
export async function dirtyPaths(home: HomePlace, commit: CommitId): Promise<readonly string[]> {
  const { parts, homeDir } = home;
  const files = await parts.trees.list((await commitFacts(parts, commit)).tree);
  const cache = statCache(parts, 'home', homeDir);
  const dirty: string[] = [];
  const root = Folder.open(homeDir);
  try {
    const compares = { root, cache, hasModes: hasFileModes(home), nowMs: Date.now() };
    for (const file of files) if (!isClean(file, compares)) dirty.push(file.path);
  } finally {
    root.close();
  }
  cache.saveSoon();
  return [...dirty, ...(await untracked(home, files))].sort();
}

function isClean(
  file: TreeEntry,
  { root, cache, hasModes, nowMs }: { root: Folder; cache: StatCache; hasModes: boolean; nowMs: number },
): boolean {
  const parent = openParent(root, file.path);
  if (!('folder' in parent)) return false;
  try {
    const at = parent.folder.at(parent.name);
    const stat = parent.folder.find(parent.name);
    if (stat === undefined) return false;
    if (stat.isSymbolicLink())
      return file.mode === '120000' && objectId('blob', fs.readlinkSync(at, { encoding: 'buffer' })) === file.blob;
    if (!stat.isFile() || file.mode === '120000') return false;
    if (hasModes && ((stat.mode & 0o100) !== 0) !== (file.mode === '100755')) return false;
    const cached = cache.find(file.path, stat);
    if (cached !== undefined) return cached.blob === file.blob;
    const bytes = readSteadyFile(at, stat);
    if (bytes === undefined) return false;
    const blob = objectId('blob', bytes);
    cache.put(file.path, stat, blob, nowMs);
    return blob === file.blob;
  } finally {
    if (parent.folder !== root) parent.folder.close();
  }
}

/** Asks git, in the store and with an index of the commit, which files no ignore rule names: reading rules runs nothing. */
async function untracked(home: HomePlace, files: readonly TreeEntry[]): Promise<readonly string[]> {
  const { parts, homeDir } = home;
  const indexFile = path.join(parts.scratchDir, `status-${randomBytes(4).toString('hex')}.index`);
  const stat = fs.lstatSync(homeDir, { bigint: true });
  fs.writeFileSync(
    indexFile,
    encodeIndex({
      version: 2,
      resolveUndo: undefined,
      entries: files.map(({ path: file, mode, blob }) => indexEntry(file, mode, blob, stat)),
    }),
  );
  try {
    const own = path.join(home.gitDir, 'info/exclude');
    const excludes = readPlainFile(own).kind === 'file' ? [`--exclude-from=${own}`] : [];
    const listed = await parts.door.run({
      verb: 'ls-files',
      args: ['--others', '--exclude-standard', ...excludes, '-z'],
      gitDir: parts.gitDir,
      workTree: homeDir,
      indexFile,
    });
    return listed.stdout
      .toString('utf8')
      .split('\0')
      .filter((file) => file !== '');
  } finally {
    fs.rmSync(indexFile, { force: true });
  }
}
