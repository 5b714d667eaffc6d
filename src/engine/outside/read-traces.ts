import { asGitTreeId } from '../../base/ids.ts';
import type { ComponentTraces, MovedComponent } from '../../domain/outside/compare.ts';
import type { TimeSpan } from '../../domain/outside/difference.ts';
import { entriesSince } from '../../domain/outside/reflog.ts';
import { type Looker, readReflog } from './read-component.ts';

/** Files whose times are read. */
const maxTimes = 200;

/** Reads when and by whom a component was moved: only asked of those that did. */
export async function readTraces(
  { outside, store }: Looker,
  dir: string,
  { path, before, now }: MovedComponent,
): Promise<ComponentTraces> {
  const place = now?.place ?? path;
  const folder = place === '.' ? dir : `${dir}/${place}`;
  const [from, to] = [before?.tree ?? null, now?.tree ?? null];
  const paths =
    from === null || to === null
      ? []
      : (await store.differences(asGitTreeId(from), asGitTreeId(to))).map((one) => one.path);
  const reflog = now === null ? [] : entriesSince(await readReflog(outside.files, folder), before?.commit ?? null);
  const times: number[] = reflog.map(({ atMs }) => atMs);
  if (times.length === 0) {
    // Of a pack that came or went the folder's own time tells; of an edited one its files.
    const looked = paths.length > 0 ? paths.slice(0, maxTimes).map((one) => `${folder}/${one}`) : [folder];
    for (const one of now === null ? [`${dir}/custom_nodes`] : looked) {
      const info = await outside.files.info(one);
      if (info !== undefined) times.push(info.mtimeMs);
    }
  }
  return { paths, when: spanOf(times), reflog };
}

/** The time from the first to the last; null without any. */
export const spanOf = (times: readonly number[]): TimeSpan | null =>
  times.length === 0 ? null : { fromMs: Math.min(...times), toMs: Math.max(...times) };
