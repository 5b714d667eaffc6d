import { z } from 'zod';

import type { JournalKinds } from '../../domain/journal/kinds.ts';
import type { RestoreGrade } from '../../domain/restore/manifest.ts';
import type { PointSpace } from '../../domain/restore/space.ts';
import { drillSchema, type DrillView } from './drill-view.ts';
import { newest, rowsOf, type JournalReader, type Row } from './journal-reader.ts';

/** How an environment that was found lies there now. */
export const borrowedConditionSchema = z
  .enum(['intact', 'drifted', 'gone'])
  .nullable()
  .describe('Whether a borrowed environment is as it was recorded; null: it is not borrowed, or was not looked at.');
export type BorrowedCondition = NonNullable<z.infer<typeof borrowedConditionSchema>>;

/** A restore tag that is not what the journal says. */
export const brokenSchema = z.object({
  number: z.number().describe('Number of the restore point.'),
  tag: z.string().describe('The tag.'),
  where: z.enum(['home', 'store']).describe('In which repository.'),
  found: z.string().nullable().describe('What it names there; null: it is missing.'),
});

/** A restore point as outputs carry it. */
export const restoreSchema = z
  .object({
    number: z.number().describe('Its number, from 0.'),
    name: z.string().describe('E.g. `0007-upgrade-pytorch`.'),
    tag: z.string().describe('Git tag in the home repository.'),
    title: z.string().describe('What led to it.'),
    made: z
      .enum(['init', 'merge', 'undo', 'restore', 'revert', 'by-hand'])
      .describe('What made it; `by-hand`: a commit of a person.'),
    grade: z
      .enum(['ready', 'offline', 'needs-network', 'borrowed', 'files'])
      .describe('How well its environment comes back; `files`: there is none that is looked after.'),
    condition: borrowedConditionSchema,
    moves: z
      .array(z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() }))
      .describe('Packages that moved.'),
    madeAtMs: z.number().describe('When, in milliseconds since 1970.'),
    commit: z.string().describe('Commit that it names.'),
    gitTree: z.string().describe('Git tree that comes back.'),
    environment: z
      .string()
      .nullable()
      .describe('Environment that comes back; null: it was adopted, not built by orchestrate.'),
    run: z.string().nullable().describe('Run that made it, or null.'),
    change: z.string().nullable().describe('Change that made it, or null.'),
    isPinned: z.boolean().describe('A person wants its environment kept, whatever the retention rule says.'),
    pinReason: z.string().nullable().describe('Why, in the words of whoever pinned it; null: not said, or not pinned.'),
    environmentBytes: z.number().nullable().describe('Bytes of its environment on disk; 0: not there; null: unknown.'),
    wheelsBytes: z.number().nullable().describe('Bytes of the kept wheels of its lock; null: its lock cannot be read.'),
    ownBytes: z
      .number()
      .nullable()
      .describe('Bytes that would be free if this restore point alone were gone; null: unknown.'),
    sharedBytes: z
      .number()
      .nullable()
      .describe('Bytes of its environment and wheels that other restore points need as well; null: unknown.'),
    isCurrent: z.boolean().describe('The branch is at its commit.'),
    row: z.number().describe('Journal row that holds it.'),
    userFolder: z
      .object({
        dir: z.string().describe('The folder.'),
        files: z.number().describe('How many files of it are kept.'),
        left: z.array(z.string()).describe('What was not kept, and why.'),
        row: z.number().describe('Journal row that says so.'),
      })
      .nullable()
      .describe('Your user folder as it was when another ComfyUI came; null where ComfyUI has not changed since.'),
    lastDrill: drillSchema.nullable().describe('Its newest drill; null: never drilled.'),
  })
  .describe('A state that can be brought back.');
export type RestoreView = z.infer<typeof restoreSchema>;

export type RestoreRow = Row<'restore.created'>;

/** Returns the restore points, newest first. A number that was written twice counts once: the newest row of it. */
export function restoreRows(reader: JournalReader): RestoreRow[] {
  const byNumber = new Map(rowsOf(reader, 'restore.created').map((created) => [created.data.number, created]));
  return [...byNumber.values()]
    .filter(({ data }) => newest(reader, 'restore.voided', `void:${data.number}`) === undefined)
    .sort((a, b) => b.data.number - a.data.number);
}

/** Returns the restore point that `7`, `0007`, `0007-slug` or `restore/0007-slug` names. */
export function findRestoreRow(rows: readonly RestoreRow[], name: string): RestoreRow | undefined {
  const wanted = name.replace(/^(refs\/tags\/)?restore\//, '');
  return (
    rows.find(({ data }) => restoreNameOf(data.tag) === wanted) ??
    (/^\d{1,9}$/.test(wanted) ? rows.find(({ data }) => data.number === Number(wanted)) : undefined)
  );
}

/** Returns `0007-slug` for `restore/0007-slug` or the full ref. */
export const restoreNameOf = (tag: string): string => tag.replace(/^(refs\/tags\/)?restore\//, '');

/** Returns the commit of the branch as last recorded, or undefined before init. */
export function recordedHead(reader: JournalReader): string | undefined {
  return (
    newest(reader, 'branch.moved', 'branch')?.data.to ??
    newest(reader, 'installation.created', 'installation')?.data.head
  );
}

/** Returns a restore point with the grade that was found for it. */
export function restoreView(
  created: RestoreRow,
  facts: {
    readonly grade: RestoreGrade;
    readonly head: string | undefined;
    readonly user: Row<'user.kept'> | undefined;
    readonly space: PointSpace;
    readonly lastDrill: DrillView | null;
    readonly pin: JournalKinds['restore.pinned'] | undefined;
    readonly condition?: BorrowedCondition | null;
  },
): RestoreView {
  const { tag, number, commit, manifest } = created.data;
  return {
    number,
    name: restoreNameOf(tag),
    tag: `restore/${restoreNameOf(tag)}`,
    title: manifest.title,
    made: manifest.made,
    grade: facts.grade,
    condition: facts.condition ?? null,
    moves: manifest.moves.map((move) => ({ ...move })),
    madeAtMs: created.atMs,
    commit,
    gitTree: manifest.tree,
    environment: manifest.environment,
    run: manifest.run,
    change: manifest.change,
    isPinned: facts.pin?.isPinned ?? false,
    pinReason: facts.pin?.isPinned === true ? facts.pin.reason : null,
    environmentBytes: facts.space.environmentBytes,
    wheelsBytes: facts.space.wheelsBytes,
    ownBytes: facts.space.ownBytes,
    sharedBytes: facts.space.sharedBytes,
    isCurrent: commit === facts.head,
    row: created.seq,
    userFolder: userFolderView(facts.user),
    lastDrill: facts.lastDrill,
  };
}

function userFolderView(kept: Row<'user.kept'> | undefined): RestoreView['userFolder'] {
  if (kept === undefined) return null;
  const { dir, nFiles, left } = kept.data;
  return { dir, files: nFiles, left: left.map(({ path, reason }) => `${path}: ${reason}`), row: kept.seq };
}
