import * as fs from 'node:fs';

import type { GitTreeId } from '../../base/ids.ts';
import type { FileDifference, HomePath } from '../../ports/git.ts';
import { Folder } from './folder.ts';
import { HomeComparison, type ComparedPath } from './home-compare.ts';
import { readHomeIndex, refreshHomeIndex, type IndexUpdate } from './home-index.ts';
import { hasFileModes, temporaryFolder, type HomePlace } from './home-place.ts';
import { PathWriter, removeQuietly } from './path-writer.ts';

/** Returns what home's file is at every path on which the trees differ. Changes nothing. */
export async function comparePaths(home: HomePlace, before: GitTreeId, after: GitTreeId): Promise<readonly HomePath[]> {
  const differences = await home.parts.trees.differences(before, after);
  const root = Folder.open(home.homeDir);
  try {
    const comparison = compareWith(home, root, differences);
    return differences.map(({ path, before: old, after: now }) => ({
      path,
      before: old,
      after: now,
      is: comparison.compare(path).is,
    }));
  } finally {
    root.close();
  }
}

/**
 * Brings every path that is still as in `before` to `after`. Removals come first, so that a file can take the place of
 * a folder. Each new file is whole and synced before it gets its name; a repeat after a kill goes on where it stopped.
 */
export async function applyPaths(
  home: HomePlace,
  before: GitTreeId,
  after: GitTreeId,
): Promise<{
  readonly written: readonly string[];
  readonly kept: readonly string[];
  readonly indexRefreshed: boolean;
}> {
  const differences = await home.parts.trees.differences(before, after);
  const bodies = await newContents(home, differences);
  const root = Folder.open(home.homeDir);
  const gitDir = root.folder('.git');
  const written: string[] = [];
  const kept: string[] = [];
  try {
    const comparison = compareWith(home, root, differences);
    const first = differences.map(({ path }) => comparison.compare(path));
    const temporary = gitDir.ensureFolder(temporaryFolder);
    // Left by a run that was killed.
    for (const name of temporary.names()) fs.rmSync(temporary.at(name), { force: true, recursive: true });
    const apply = new PathWriter(root, temporary, bodies, comparison);
    try {
      for (const { difference, is } of ordered(first)) {
        if (is === 'other') kept.push(difference.path);
        if (is !== 'before') continue;
        if (apply.bring(difference)) written.push(difference.path);
        else kept.push(difference.path);
      }
      apply.sync();
    } finally {
      apply.close();
      removeQuietly(gitDir, temporaryFolder);
    }
    const updates = differences.flatMap(({ path, before: old, after: now }): readonly IndexUpdate[] => {
      const { file, is } = comparison.compare(path);
      if (is !== 'after') return [];
      if (now === null) return [{ path, file: { kind: 'absent' }, replaces: [old] }];
      return file.kind === 'file' ? [{ path, file, replaces: [old, now] }] : [];
    });
    const indexRefreshed = await refreshHomeIndex(home, updates);
    return { written: written.sort(), kept: kept.sort(), indexRefreshed };
  } finally {
    gitDir.close();
    root.close();
  }
}

function compareWith(home: HomePlace, root: Folder, differences: readonly FileDifference[]): HomeComparison {
  const index = readHomeIndex(home);
  return new HomeComparison({
    root,
    differences,
    index: index === 'absent' ? undefined : index,
    hasFileModes: hasFileModes(home),
  });
}

/** Removals from the deepest up, then writes from the top down. */
function ordered(paths: readonly ComparedPath[]): readonly ComparedPath[] {
  const depth = ({ difference }: ComparedPath): number => difference.path.split('/').length;
  const removals = paths.filter(({ difference }) => difference.after === null).sort((a, b) => depth(b) - depth(a));
  return [...removals, ...paths.filter(({ difference }) => difference.after !== null)];
}

async function newContents(
  home: HomePlace,
  differences: readonly FileDifference[],
): Promise<ReadonlyMap<string, Buffer>> {
  const blobs = [...new Set(differences.flatMap(({ after }) => (after === null ? [] : [after.blob])))];
  const bodies = await Promise.all(blobs.map((blob) => home.parts.reader.require(blob, 'blob')));
  return new Map(blobs.map((blob, index) => [blob, bodies[index] as Buffer]));
}
