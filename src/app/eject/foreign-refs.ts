import { listRestorePoints } from '../../engine/restore/points.ts';
import type { Files } from '../../ports/index.ts';
import type { Installation } from '../app.ts';

/** Refs of home whose commits orchestrate did not make: with home's `.git` they would be lost. Read as text; `[]` when all is ours. */
export async function foreignRefs(
  files: Files,
  installation: Installation,
  gitDir: string,
): Promise<readonly string[]> {
  const points = await listRestorePoints(installation);
  const ours = new Set(
    points.filter(({ manifest }) => manifest.made !== 'by-hand').flatMap(({ commit, object }) => [commit, object]),
  );
  const byHand = points.filter(({ manifest }) => manifest.made === 'by-hand').map(({ commit }) => commit);
  const refs = new Map<string, string>();
  for (const line of ((await files.readText(`${gitDir}/packed-refs`)) ?? '').split('\n')) {
    const [, id, name] = /^([0-9a-f]{40}) (refs\/\S+)$/.exec(line) ?? [];
    if (id !== undefined && name !== undefined) refs.set(name, id);
  }
  for await (const [name, id] of looseRefs(files, gitDir, 'refs')) refs.set(name, id);
  const foreign = [...refs]
    .filter(([name, id]) => !isOwnRef(name) && !ours.has(id))
    .map(([name]) => name.replace(/^refs\/(heads\/)?/, ''));
  // Commits that a person made below a merge of ours are in its history, and nowhere else.
  return [...new Set([...foreign, ...byHand.map((commit) => `history at ${commit.slice(0, 7)}`)])].sort();
}

/** What was rescued in home itself could not be taken into the store: home is the only place that has it. */
const isOwnRef = (name: string): boolean =>
  /^refs\/(orchestrate|tags\/restore|worktree)\//.test(name) && !name.startsWith('refs/orchestrate/rescued/');

async function* looseRefs(files: Files, gitDir: string, dir: string): AsyncGenerator<readonly [string, string]> {
  for (const name of await files.list(`${gitDir}/${dir}`)) {
    const path = `${dir}/${name}`;
    const kind = (await files.info(`${gitDir}/${path}`))?.kind;
    if (kind === 'directory') yield* looseRefs(files, gitDir, path);
    else yield [path, ((await files.readText(`${gitDir}/${path}`)) ?? '').trim()];
  }
}
