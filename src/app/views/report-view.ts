import { z } from 'zod';

import { faultSchema } from './fault-view.ts';
import { entriesOf, type JournalReader } from './journal-reader.ts';
import { nextActionSchema } from './next-action.ts';
import { installationActions, runActions } from './next-actions-view.ts';
import { factSchema, reportSections, sectionIds } from './report-sections.ts';
import { type TimeLine, timeLine, timeLineSchema } from './report-time-line.ts';
import { runView } from './run-view.ts';
import { wayBack, wayBackSchema } from './way-back.ts';

/** The report of a run: sections of facts, each with its row. */
export const reportSchema = z
  .object({
    run: z.string().describe('Its id, e.g. `r12`.'),
    goal: z.string().describe('What was asked for.'),
    kind: z.string().describe('What sort of run it is.'),
    state: z.string().describe('Where it is, or how it ended.'),
    isFinal: z.boolean().describe('It has ended.'),
    by: z.string().describe('Who asked for it.'),
    startedAtMs: z.number().describe('When it was asked for, in milliseconds since 1970.'),
    endedAtMs: z.number().nullable().describe('When it ended, or null.'),
    row: z.number().describe('Journal row that created it.'),
    home: z.string().describe('Folder of the installation.'),
    fault: faultSchema.nullable().describe('Why it failed, was rolled back or is paused; null when it was not.'),
    sections: z
      .array(
        z.object({
          id: z.enum(sectionIds).describe('Which part of the report it is.'),
          title: z.string().describe('Its heading.'),
          facts: z.array(factSchema).describe('What is known, oldest first.'),
        }),
      )
      .describe('Sections of which something is on record.'),
    wayBack: z.array(wayBackSchema).describe('Commands that take it back; empty where nothing was merged.'),
    next: z.array(nextActionSchema).describe('What to do next, most pressing first.'),
    timeLine: timeLineSchema,
  })
  .describe('What a run did: every sentence comes from the journal row behind it.');
export type ReportView = z.infer<typeof reportSchema>;

/** Returns the report of a run, or undefined when there is none of that id. `home`: folder that its commands name. */
export function reportView(
  reader: JournalReader,
  { run, home }: { readonly run: string; readonly home: string },
): ReportView | undefined {
  const view = runView(reader, run);
  if (view === undefined) return undefined;
  const entries = [...entriesOf(reader, { run })];
  const { goal, kind, state, isFinal, by, startedAtMs, endedAtMs, row, fault } = view;
  // What is open of the run stands in both; that there is a report is known to whoever reads it.
  const ofRun = runActions(reader, view).filter(({ command }) => command !== `orchestrate report ${run}`);
  const known = new Set(ofRun.map(({ command }) => command));
  return {
    ...{ run, goal, kind, state, isFinal, by, startedAtMs, endedAtMs, row, home, fault },
    sections: reportSections(view, entries),
    wayBack: wayBack(reader, { view, entries, home }),
    next: [
      ...ofRun,
      ...installationActions(reader).filter(({ command }) => !command.endsWith(` ${run}`) && !known.has(command)),
    ],
    timeLine: timeLine(view, entries) satisfies TimeLine,
  };
}
