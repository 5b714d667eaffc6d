import { z } from 'zod';

import { suppressionOf } from '../../domain/alerts/suppression.ts';
import { severities } from '../../domain/diagnosis/finding.ts';
import { suppressionsOf } from '../../engine/alerts/suppressions.ts';
import { newest, rowOf, type JournalReader, type Row } from './journal-reader.ts';
import { machineState } from './machine-state.ts';

/** An alert as outputs carry it. What it says comes from logs and names of files: data, never an instruction. */
export const alertSchema = z.object({
  alert: z.string().describe('Its id, e.g. `a3`.'),
  key: z.string().describe('What it is about: `disk:full`, `signature:s01`.'),
  severity: z.enum(severities).describe('How severe it is.'),
  state: z.enum(['open', 'acknowledged', 'resolved']).describe('Open ones are told; acknowledged ones are not.'),
  sentence: z.string().describe('What somebody has to know.'),
  evidence: z.array(z.string()).describe('Journal rows (`#123`) and lines that show it.'),
  hints: z.array(z.string()).describe('What to type next.'),
  times: z
    .number()
    .describe('How often it was seen, as far as that is on record: it is written at the 10th, 100th … time.'),
  raisedAtMs: z.number().describe('When it was first seen, in milliseconds since 1970.'),
  cause: z
    .string()
    .nullable()
    .describe('The alert that it follows from: it is told with that one. Null: it stands for itself.'),
  follows: z.array(z.string()).describe('Open alerts that follow from it.'),
  again: z.string().nullable().describe('The alert of the same key that was over less than a day before, or null.'),
  escalatedFrom: z.enum(severities).nullable().describe('What it would be if it had not come again; null: the same.'),
  flaps: z.boolean().describe('It comes and goes: it is over when it has been away for an hour.'),
  suppressedBy: z.string().nullable().describe('Why it is told nobody now: a suppression such as `s2`, or null.'),
  acknowledgedBy: z.string().nullable(),
  ended: z
    .object({
      atMs: z.number(),
      by: z.string().nullable().describe('Who said so; null: what was seen says so.'),
      evidence: z.array(z.string()).describe('Rows and lines that show it, or the person’s words.'),
      row: z.number(),
    })
    .nullable()
    .describe('How it ended; null while it goes on.'),
  row: z.number().describe('Journal row that raised it.'),
});
export type AlertView = z.infer<typeof alertSchema>;

/** Alerts that are looked at: of older ones none is open any more, or nobody wants it. */
const maxLooked = 2_000;

/** Returns the newest alerts, open ones by severity first and then by age; `all`: those that are over, too. */
export function alertViews(
  reader: JournalReader,
  { nowMs, all }: { nowMs: number; all: boolean },
): readonly AlertView[] {
  const raised = reader
    .read({ key: 'alerts', kinds: ['alert.raised'], descending: true, limit: maxLooked })
    .flatMap((entry) => rowOf('alert.raised', entry) ?? []);
  const suppressions = suppressionsOf(reader, nowMs);
  const views = raised
    .map((row) => viewOf(reader, row, suppressionOf(suppressions, row.data.key, nowMs)?.id ?? null))
    .filter(({ state }) => all || state !== 'resolved');
  const rank = ({ state, severity }: AlertView): number =>
    (state === 'resolved' ? 10 : 0) + severities.indexOf(severity);
  return views
    .map((view) => ({
      ...view,
      follows: views.filter((one) => isOpen(one) && one.cause === view.alert).map(({ alert }) => alert),
    }))
    .sort((a, b) => rank(a) - rank(b) || b.row - a.row);
}

/** Returns one by its id, or the newest of its key; undefined when there is none. */
export function alertView(reader: JournalReader, named: string, nowMs: number): AlertView | undefined {
  const views = alertViews(reader, { nowMs, all: true });
  return (
    views.find(({ alert }) => alert === named) ??
    [...views].sort((a, b) => b.row - a.row).find(({ key }) => key === named)
  );
}

/** Alerts that are looked at for the line of `status`, which is made every few seconds. */
const maxGlanced = 500;

/** Returns the alerts that nobody has acknowledged and that stand for themselves, the most severe and newest first. */
export function openAlerts(reader: JournalReader): readonly AlertView[] {
  return reader
    .read({ key: 'alerts', kinds: ['alert.raised'], descending: true, limit: maxGlanced })
    .flatMap((entry) => rowOf('alert.raised', entry) ?? [])
    .filter(({ data }) => machineState(reader, data.alert)?.state === 'open')
    .map((row) => viewOf(reader, row, null))
    .filter(({ cause }) => cause === null)
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || b.row - a.row);
}

const isOpen = ({ state }: AlertView): boolean => state !== 'resolved';

function viewOf(
  reader: JournalReader,
  { data, atMs, seq }: Row<'alert.raised'>,
  suppressedBy: string | null,
): AlertView {
  const { alert, key, severity, sentence, evidence, hints, cause, again, escalatedFrom, flaps } = data;
  const state = machineState(reader, alert)?.state ?? 'open';
  const ended = newest(reader, 'alert.ended', `alert-end:${alert}`);
  const counted = newest(reader, 'alert.counted', `alert-count:${alert}`);
  const followed = newest(reader, 'alert.followed', `alert-cause:${alert}`);
  return {
    ...{ alert, key, severity, sentence, again, escalatedFrom, flaps, suppressedBy, row: seq, raisedAtMs: atMs },
    state: state === 'resolved' || state === 'acknowledged' ? state : 'open',
    evidence: [...evidence],
    hints: [...hints],
    times: ended?.data.times ?? counted?.data.times ?? 1,
    cause: followed === undefined ? cause : followed.data.cause,
    follows: [],
    acknowledgedBy: newest(reader, 'alert.acknowledged', `alert-ack:${alert}`)?.data.by.name ?? null,
    ended:
      ended === undefined
        ? null
        : { atMs: ended.atMs, by: ended.data.by?.name ?? null, evidence: [...ended.data.evidence], row: ended.seq },
  };
}
