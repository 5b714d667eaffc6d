import type { OpenedView } from '../../../app/views/opened-view.ts';
import { nextLine } from '../failure.ts';
import { accent, dim, good, type Line, strong } from '../line.ts';

/** Renders `open`: where to work, with what, and how it ends. */
export function renderOpen({ opened }: { readonly opened: readonly OpenedView[] }): readonly Line[] {
  if (opened.length === 0) return ['Nobody has a slot open.', nextLine('orchestrate open <tree>')];
  return opened.flatMap(slotLines);
}

function slotLines(view: OpenedView): readonly Line[] {
  const { run, tree, state, slot, dir, port, commit, kept, environment, submit, close } = view;
  if (state === 'waiting')
    return [
      [strong(run), ` waits in line for a slot of ${tree}`],
      nextLine(`orchestrate runs show ${run}`),
      ...(close === null ? [] : [nextLine(close)]),
    ];
  if (state === 'closed') return [[strong(slot ?? tree), ` is given back (${run})`], ...keptLines(kept)];
  return [
    [strong(slot ?? tree), ' is yours: ', good(dir ?? '')],
    [`port ${port ?? '?'}`, dim(` · at ${commit?.slice(0, 7) ?? '?'} · ${run}`)],
    ...Object.entries(environment).map(([name, value]): Line => [dim('set:  '), accent(`export ${name}=${value}`)]),
    ...(submit === null ? [] : [nextLine(submit)]),
    ...(close === null ? [] : [nextLine(close)]),
  ];
}

function keptLines(kept: OpenedView['kept']): readonly Line[] {
  if (kept === null) return [];
  const { files, commits, problem } = kept;
  return [
    [files === null ? 'its files were as at the beginning' : `its files are kept in the store as ${files}`],
    ...(commits === null ? [] : [[`its commits are kept in the store as ${commits}`]]),
    ...(problem === null
      ? []
      : [[`not all could be stored: ${problem} They go to trash when the slot is used again.`]]),
  ];
}
