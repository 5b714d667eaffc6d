import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';

import type { WorkSource, WorkSources } from '../../ports/git.ts';
import { atTheEdge } from './git-failure.ts';
import type { HomePlace } from './home-place.ts';
import { encodeIndex, indexEntry, parseIndex } from './index-file.ts';
import { looksLikeDotGit } from './path-rules.ts';
import { readPlainFile } from './plain-file.ts';
import { takeSnapshot, type SnapshotOptions } from './snapshot.ts';
import { commitFacts } from './store-history.ts';
import type { GitStore } from './trusted-store.ts';
import { adminOf, findSource, refused } from './work-source.ts';

const untouched = 'Nothing was taken, and nothing there was touched.';
/** Set on an entry of an index that git leaves out of the work tree (gitformat-index(5)). */
const skipWorkTreeBit = 0x4000;
const maxIndexBytes = 256 * 1024 * 1024;

/** Creates the reader of other people's work. Only `snapshot` runs git: it reads ignore files, with a private index, in the store. */
export function createWorkSources(options: {
  readonly homeDir: string;
  /** Where slots lie; `trees/` of home when left out. */
  readonly treesDir?: string;
  readonly store: GitStore;
}): WorkSources {
  const homeDir = fs.existsSync(options.homeDir) ? fs.realpathSync(options.homeDir) : path.resolve(options.homeDir);
  const { treesDir = path.join(homeDir, 'trees') } = options;
  const home: HomePlace = { homeDir, treesDir, gitDir: path.join(homeDir, '.git'), parts: options.store.parts };
  return {
    find: (asked) => atTheEdge('looking where the work lies', untouched, async () => findSource(home, asked)),
    snapshot: ({ source, limits, skip }) =>
      atTheEdge('taking the work', untouched, async () => {
        const { dir } = source;
        if (dir === null) throw new Error(`${source.name} has no files to be taken`);
        const { tracked, others, nested } = await filesOf(home, { ...source, dir });
        if (nested.length > 0)
          return { kind: 'refused', refused: nested.map((at) => ({ path: at, reason: 'nested repository' })) };
        return takeSnapshot(home.parts, { dir, limits, skip: skipUnwanted([...tracked, ...others], skip) });
      }),
  };
}

/** Everything but what is wanted is left out; a nested repository is not left out but refused, by the walk. */
function skipUnwanted(files: readonly string[], skip: SnapshotOptions['skip']): NonNullable<SnapshotOptions['skip']> {
  const wanted = new Set<string>();
  for (const file of files) {
    for (let at = file; at !== '.' && !wanted.has(at); at = path.posix.dirname(at)) wanted.add(at);
  }
  return (at) => {
    if (skip?.(at) === true) return true;
    if (at.endsWith('/')) return false;
    return !wanted.has(at) && !looksLikeDotGit(path.posix.basename(at));
  };
}

interface SourceFiles {
  /** In the commit or in the index there. */
  readonly tracked: readonly string[];
  /** Neither, and named by no ignore file. */
  readonly others: readonly string[];
  readonly nested: readonly string[];
}

async function filesOf(home: HomePlace, source: WorkSource & { readonly dir: string }): Promise<SourceFiles> {
  const { parts } = home;
  const { tree } = await commitFacts(parts, source.head);
  const committed = await parts.trees.list(tree);
  const staged = stagedPaths(source);
  const indexFile = path.join(parts.scratchDir, `source-${randomBytes(4).toString('hex')}.index`);
  const stat = fs.lstatSync(source.dir, { bigint: true });
  const entries = committed.map(({ path: file, mode, blob }) => indexEntry(file, mode, blob, stat));
  fs.writeFileSync(indexFile, encodeIndex({ version: 2, resolveUndo: undefined, entries }));
  try {
    const own = path.join(source.gitDir, 'info/exclude');
    const excludes = readPlainFile(own).kind === 'file' ? [`--exclude-from=${own}`] : [];
    const listed = await parts.door.run({
      verb: 'ls-files',
      args: ['--others', '--exclude-standard', ...excludes, '-z'],
      gitDir: parts.gitDir,
      workTree: source.dir,
      indexFile,
    });
    const names = listed.stdout
      .toString('utf8')
      .split('\0')
      .filter((file) => file !== '');
    return {
      tracked: [...committed.map((one) => one.path), ...staged],
      others: names.filter((name) => !name.endsWith('/')),
      nested: names.filter((name) => name.endsWith('/')).map((name) => name.slice(0, -1)),
    };
  } finally {
    fs.rmSync(indexFile, { force: true });
  }
}

/** Paths of the index there, read as a file. What it says about their bytes is not asked: the files themselves are read. */
function stagedPaths(source: WorkSource & { readonly dir: string }): readonly string[] {
  const found = readPlainFile(path.join(adminOf(source), 'index'), maxIndexBytes);
  if (found.kind === 'absent') return [];
  const index = found.kind === 'file' ? parseIndex(found.bytes) : undefined;
  if (index === undefined)
    throw refused(source.dir, 'its index is split, sparse or damaged', [
      `orchestrate submit ${source.dir} --committed   (takes what is committed)`,
    ]);
  const absent = index.entries.find(
    (one) => (one.extendedFlags & skipWorkTreeBit) !== 0 && !fs.existsSync(path.join(source.dir, one.path)),
  );
  if (absent !== undefined)
    throw refused(source.dir, `it is a sparse checkout: ${absent.path} is not there`, [
      `orchestrate submit ${source.dir} --committed   (takes what is committed)`,
    ]);
  return index.entries.map((one) => one.path);
}
