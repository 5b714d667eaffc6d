import { z } from 'zod';

import type { Entry } from '../../ports/index.ts';
import { newest, rowOf, type JournalReader } from './journal-reader.ts';
import { restoreNameOf, restoreRows } from './restore-view.ts';
import type { RunView } from './run-view.ts';
import { commandLine, shortId } from './text.ts';

/** A command that takes a run back, ready to be pasted into a shell. */
export const wayBackSchema = z.object({
  command: z.string().describe('The command, quoted for a shell.'),
  explains: z.string().describe('What it does.'),
  row: z.number().describe('Journal row that names what it uses.'),
});
type WayBack = z.infer<typeof wayBackSchema>;

/** Returns the commands that take a merged run back, the shortest first; none where nothing was merged, or it was taken back already. */
export function wayBack(
  reader: JournalReader,
  { view, entries, home }: { readonly view: RunView; readonly entries: readonly Entry[]; readonly home: string },
): WayBack[] {
  const moved = entries.flatMap((entry) => rowOf('branch.moved', entry) ?? []).at(-1);
  if (moved === undefined || view.restorePoint === null || view.state === 'rolledBack') return [];
  const { from, to } = moved.data;
  const before = restoreRows(reader).find(({ data }) => data.commit === from);
  const isNewest = newest(reader, 'branch.moved', 'branch')?.data.to === to;
  const mine = `restore/${restoreNameOf(view.restorePoint.name)}`;
  return [
    ...(isNewest
      ? [
          {
            command: commandLine(['orchestrate', 'undo', '--home', home]),
            explains: 'Files, environment and production as they were before this run, as a new merge.',
            row: moved.seq,
          },
        ]
      : []),
    ...(before === undefined
      ? []
      : [
          {
            command: commandLine(['orchestrate', 'restore', 'to', restoreNameOf(before.data.tag), '--home', home]),
            explains: isNewest
              ? 'The same, named by its restore point.'
              : 'The state before this run, without what merged after it.',
            row: before.seq,
          },
          {
            command: commandLine(['git', '-C', home, 'diff', `restore/${restoreNameOf(before.data.tag)}`, mine]),
            explains: 'Shows what this run changed, with git alone.',
            row: moved.seq,
          },
        ]),
    {
      command: commandLine(['git', '-C', home, 'revert', '--no-edit', to]),
      explains: `Where orchestrate is gone: takes the files of ${shortId(to)} back. The environment stays as it is.`,
      row: moved.seq,
    },
  ];
}
