import { z } from 'zod';

import { isNotable } from '../../domain/outside/choose.ts';
import { differenceText, summaryText, whenText } from '../../domain/outside/describe.ts';
import type { OutsideDifference } from '../../domain/outside/difference.ts';
import { newest, type JournalReader } from './journal-reader.ts';
import { restoreRows } from './restore-view.ts';
import { countText } from './text.ts';

/** An outside change as outputs carry it. */
export const outsideSchema = z
  .object({
    id: z.string().describe('E.g. `o3`; the same as long as it does not move again.'),
    kind: z
      .enum(['component', 'model-paths', 'packages', 'environment', 'models', 'home', 'instance', 'instance-packages'])
      .describe('Where it lies: adopted folder, borrowed or sealed environment, home, or production’s own folder.'),
    what: z.string().describe('What moved, as one clause.'),
    subject: z.string().describe('What moved, as a path or id.'),
    from: z.string().nullable().describe('What it was, or null.'),
    to: z.string().nullable().describe('What it is now, or null.'),
    details: z.array(z.string()).describe('Files or packages in it, the first ones.'),
    nDetails: z.number().describe('How many there are.'),
    when: z.string().describe('When, as files and reflogs tell it.'),
    fromMs: z.number().nullable().describe('First time of it in milliseconds since 1970, or null.'),
    toMs: z.number().nullable().describe('Last time of it, or null.'),
    who: z.string().nullable().describe('Who probably did it, or null: nothing says so.'),
    fact: z.string().nullable().describe('What says so, or null.'),
    canKeep: z.boolean().describe('`outside keep` can take it over.'),
    whyNot: z.string().nullable().describe('Why it cannot be taken over, or null.'),
    row: z.number().describe('Journal row that holds it.'),
  })
  .describe('Something that moved behind our back, neither kept nor discarded.');
export type OutsideView = z.infer<typeof outsideSchema>;

/** What is open, and the line that offers to keep it. */
export interface OutsideOverview {
  readonly differences: readonly OutsideView[];
  /** `changed outside since restore/0006: …`, or null: nothing that is worth a line before other work. */
  readonly summary: string | null;
  /** `restore/0007`: what keeping all that can be kept would make; null where nothing can. */
  readonly restorePoint: string | null;
  /** When it was looked at for the first time, in milliseconds since 1970, or null: never. */
  readonly sinceMs: number | null;
}

/** Returns what is open as last written down. */
export function outsideOverview(reader: JournalReader, nowMs: number): OutsideOverview {
  const found = newest(reader, 'outside.found', 'outside:found');
  const baseline = newest(reader, 'outside.baseline', 'outside:baseline');
  const differences = found?.data.differences ?? [];
  const sinceMs = found?.data.sinceMs ?? baseline?.data.atMs ?? null;
  const notable = differences.filter(isNotable);
  const last = restoreRows(reader)[0]?.data.number ?? null;
  const since = last === null ? '' : ` since ${pointName(last)}`;
  return {
    differences: differences.map((one) => viewOf(one, { row: found?.seq ?? 0, sinceMs: sinceMs ?? 0, nowMs })),
    summary: notable.length === 0 ? null : `changed outside${since}: ${summaryText(notable)}`,
    restorePoint: notable.some(({ take }) => take !== null) ? pointName((last ?? -1) + 1) : null,
    sinceMs,
  };
}

const pointName = (number: number): string => `restore/${String(number).padStart(4, '0')}`;

function viewOf(one: OutsideDifference, known: { row: number; sinceMs: number; nowMs: number }): OutsideView {
  const { id, kind, subject, from, to, details, nDetails, when, who, take, whyNot } = one;
  return {
    id,
    kind,
    what: differenceText(one),
    subject,
    from,
    to,
    details: [...details],
    nDetails,
    when: whenText(when, known),
    fromMs: when?.fromMs ?? null,
    toMs: when?.toMs ?? null,
    who: who.name,
    fact: who.fact,
    canKeep: take !== null,
    whyNot,
    row: known.row,
  };
}

/** Returns one line for `status` with the command to type, or null when nothing notable is open. */
export function outsideLine(reader: JournalReader): string | null {
  const found = newest(reader, 'outside.found', 'outside:found')?.data.differences.filter(isNotable) ?? [];
  if (found.length === 0) return null;
  return `${countText(found.length, 'change')} not kept: ${summaryText(found)} · orchestrate outside list`;
}
