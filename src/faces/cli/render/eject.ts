import { dim, good, strong, type Line } from '../line.ts';

interface Ejected {
  readonly state: 'planned' | 'ejected';
  readonly home: string;
  readonly removes: readonly { readonly path: string; readonly bytes: number }[];
  readonly keeps: readonly { readonly path: string; readonly why: string }[];
  readonly writtenTo: string | null;
  readonly untouched: readonly string[];
}

/** Renders `eject`: what goes, what stays, and what is not touched. */
export function renderEject({ state, home, removes, keeps, writtenTo, untouched }: Ejected): readonly Line[] {
  const isDone = state === 'ejected';
  const stays = keeps.filter(({ path }) => !path.startsWith('/'));
  return [
    [dim(isDone ? 'removed, and nothing else:' : 'would be removed, and nothing else:')],
    ...removes.map(({ path, bytes }): Line => ['  ', strong(path), ` ${megabytes(bytes)}`]),
    ...(stays.length === 0 ? [] : [[dim(`stays in ${home}:`)] satisfies Line]),
    ...stays.map(({ path, why }) => `  ${path} (${why})`),
    ...(writtenTo === null ? [] : [[dim(`${isDone ? 'was' : 'would be'} written to ${writtenTo}:`)] satisfies Line]),
    ...keeps.filter((one) => !stays.includes(one)).map(({ path, why }) => `  ${path} (${why})`),
    ...untouched.map((path) => `not touched: ${path}`),
    ...(isDone ? [[good('Done: '), 'orchestrate is gone from here.'] satisfies Line] : []),
  ];
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
