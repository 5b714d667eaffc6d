import { z } from 'zod';

import { bisectVerdicts } from '../../domain/restore/bisect.ts';
import { entriesOf, newest, rowOf, type JournalReader } from './journal-reader.ts';

const move = z.object({ name: z.string(), from: z.string().nullable(), to: z.string().nullable() });

/** What came of a bisect, as outputs carry it. */
export const bisectSchema = z
  .object({
    good: z.string().describe('Restore point at which all was well.'),
    bad: z.string().describe('Restore point at which it is broken.'),
    watched: z.array(z.string()).describe('What is lost at the bad one, such as `workflow portrait`.'),
    probes: z
      .array(
        z.object({
          commit: z.string().describe('Commit whose exact tree was tried.'),
          point: z.string().nullable().describe('Restore point at it, or null.'),
          verdict: z.enum(bisectVerdicts).describe('`skipped`: it could not be tried.'),
          sentence: z.string().describe('What was seen, or why it could not be tried.'),
          durationMs: z.number().describe('How long it took.'),
          nStepsLeft: z.number().describe('States that were left to try at most.'),
          row: z.number().describe('Journal row that holds it.'),
        }),
      )
      .describe('States that were tried, in order.'),
    suspects: z
      .array(
        z.object({
          commit: z.string().describe('Commit of the branch.'),
          point: z.string().nullable().describe('Restore point that it made, or null.'),
          title: z.string().describe('What it was for.'),
          made: z.string().nullable().describe('What made it; `by-hand`: a commit of a person; null: unknown.'),
          run: z.string().nullable().describe('Run that made it, or null.'),
          change: z.string().nullable().describe('Change that it merged, or null.'),
          packages: z.array(move).describe('Packages whose version is another than before it.'),
          components: z.array(move).describe('ComfyUI and packs whose files are others than before it.'),
          paths: z.array(z.string()).describe('Files that differ, the first of them.'),
          nPaths: z.number().describe('How many files differ.'),
        }),
      )
      .describe('The commit that broke it; several, oldest first, where those between could not be tried.'),
    backTo: z.string().describe('Newest restore point before all of them.'),
    command: z.string().describe('What to type to go back before it.'),
    notProven: z.array(z.string()).describe('What was not seen.'),
    row: z.number().describe('Journal row that holds it.'),
  })
  .describe('Which merge broke the installation, found by trying.');
export type BisectView = z.infer<typeof bisectSchema>;

/** What a run's bisect found, or null while there is no end of it. */
export function bisectView(reader: JournalReader, run: string): BisectView | null {
  const found = newest(reader, 'restore.bisected', `bisected:${run}`);
  if (found === undefined) return null;
  const { good, bad, watched, suspects, backTo, isNewest, notProven } = found.data;
  const probes = [...entriesOf(reader, { key: `bisect-of:${run}` })].flatMap((entry) => {
    const probed = rowOf('restore.probed', entry);
    if (probed === undefined) return [];
    const { commit, point, verdict, sentence, durationMs, nStepsLeft } = probed.data;
    return [{ commit, point, verdict, sentence, durationMs, nStepsLeft, row: probed.seq }];
  });
  return {
    ...{ good, bad, watched: [...watched], probes },
    suspects: suspects.map(({ packages, components, paths, ...one }) => ({
      ...one,
      packages: [...packages],
      components: [...components],
      paths: [...paths],
    })),
    backTo: backTo.name,
    command: isNewest ? 'orchestrate undo' : `orchestrate restore to ${backTo.number}`,
    notProven: [...notProven],
    row: found.seq,
  };
}
