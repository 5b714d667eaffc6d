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
  return withIndexOf(home, files, (list) => list(['--others', ...standardRules(home)]));
}

/**
 * Returns the untracked files that home's own rules ignore and that the patterns name as well. Past `maxAsked` of the latter none is
 * looked at.
 */
export async function ignoredFiles(
  home: HomePlace,
  { commit, patterns }: { readonly commit: CommitId; readonly patterns: string },
): Promise<readonly string[]> {
  const { parts } = home;
  if (patterns.trim() === '') return [];
  const files = await parts.trees.list((await commitFacts(parts, commit)).tree);
  const named = path.join(parts.scratchDir, `include-${randomBytes(4).toString('hex')}`);
  fs.writeFileSync(named, patterns);
  try {
    return await withIndexOf(home, files, async (list) => {
      const found = await list(['--others', '--ignored', `--exclude-from=${named}`]);
      // Paths are taken as they stand: the door switches the meaning of `*` and `:(…)` off.
      const asked = found.slice(0, maxAsked);
      if (asked.length === 0) return [];
      return [...(await list(['--others', '--ignored', ...standardRules(home), '--', ...asked]))].sort();
    });
  } finally {
    fs.rmSync(named, { force: true });
  }
}

/** Paths that one call of git is asked about. */
const maxAsked = 1_000;

function standardRules(home: HomePlace): readonly string[] {
  const own = path.join(home.gitDir, 'info/exclude');
  return ['--exclude-standard', ...(readPlainFile(own).kind === 'file' ? [`--exclude-from=${own}`] : [])];
}

async function withIndexOf<T>(
  home: HomePlace,
  files: readonly TreeEntry[],
  work: (list: (args: readonly string[]) => Promise<readonly string[]>) => Promise<T>,
): Promise<T> {
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
    return await work(async (args) => {
      const at = args.indexOf('--');
      const [flags, paths] = at === -1 ? [args, []] : [args.slice(0, at), args.slice(at)];
      const listed = await parts.door.run({
        verb: 'ls-files',
        args: [...flags, '-z', ...paths],
        gitDir: parts.gitDir,
        workTree: homeDir,
        indexFile,
      });
      return listed.stdout
        .toString('utf8')
        .split('\0')
        .filter((file) => file !== '');
    });
  } finally {
    fs.rmSync(indexFile, { force: true });
  }
}
